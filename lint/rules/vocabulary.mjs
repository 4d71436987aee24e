import path from 'node:path';
import { refusedWord } from './words.mjs';

const MEMBERS = [
  'MethodDefinition',
  'PropertyDefinition',
  'ObjectExpression > Property',
  'TSPropertySignature',
  'TSMethodSignature',
  'TSEnumMember',
];

/** Refuses private words in the names of files and in names where they are declared. Foreign names may be used. */
export const vocabulary = {
  meta: {
    type: 'suggestion',
    schema: [{ type: 'object', properties: { allow: { type: 'array', items: { type: 'string' } } } }],
    messages: { word: '"{{word}}" in {{name}} is a word of nobody else: say {{use}}.' },
  },
  create(context) {
    const allowed = new Set(context.options[0]?.allow);
    const report = (node, name) => {
      if (allowed.has(name)) return;
      const refused = refusedWord(name);
      if (refused) context.report({ node, messageId: 'word', data: { word: refused.entry, name, use: refused.use } });
    };
    const reportMember = ({ key, computed }) => {
      if (!computed && (key.type === 'Identifier' || key.type === 'PrivateIdentifier')) report(key, key.name);
    };
    return {
      Program: (node) => report(node, path.basename(context.filename)),
      'Program:exit'() {
        const definitions = context.sourceCode.scopeManager.scopes.flatMap((scope) =>
          scope.variables.flatMap((variable) => variable.defs),
        );
        // A class is defined twice, outside and inside of itself; an import is named elsewhere.
        const names = new Set(definitions.filter(({ type }) => type !== 'ImportBinding').map(({ name }) => name));
        for (const name of names) if (name?.type === 'Identifier') report(name, name.name);
      },
      [MEMBERS.join(',')]: reportMember,
    };
  },
};
