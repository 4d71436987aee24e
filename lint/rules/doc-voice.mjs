const FIRST_WORD = /^\*\s*(?:\*\s*)?(What|Whatever|Who|Whom|Whose|Whoever|Whichever|It|Its|They|How)\b/;

/** Refuses doc comments that begin with a pronoun or a question word, so that each begins with what it is about. */
export const docVoice = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: { voice: 'Begin with a noun phrase or a verb in the third person, not with "{{word}}".' },
  },
  create(context) {
    return {
      Program() {
        for (const comment of context.sourceCode.getAllComments()) {
          const [, word] = (comment.type === 'Block' && FIRST_WORD.exec(comment.value)) || [];
          if (word) context.report({ loc: comment.loc, messageId: 'voice', data: { word } });
        }
      },
    };
  },
};
