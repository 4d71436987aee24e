const WRAPPERS = new Set(['describe', 'suite', 'context']);

function isWrapper({ parent }) {
  if (parent.type !== 'CallExpression') return false;
  const { callee } = parent;
  const name = callee.type === 'MemberExpression' ? callee.object.name : callee.name;
  return WRAPPERS.has(name);
}

/** ESLint's rule of this name for tests: what `describe` wraps is a list of tests, and may be as long as its file. */
export const maxLinesPerFunction = {
  meta: {
    type: 'suggestion',
    schema: [{ type: 'integer', minimum: 1 }],
    messages: { long: 'Function has {{lines}} lines. At most {{max}} are allowed.' },
  },
  create(context) {
    const [max] = context.options;
    return {
      ':function'(node) {
        const lines = node.loc.end.line - node.loc.start.line + 1;
        if (lines > max && !isWrapper(node)) context.report({ node, messageId: 'long', data: { lines, max } });
      },
    };
  },
};
