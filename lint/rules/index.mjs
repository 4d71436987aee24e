import { docVoice } from './doc-voice.mjs';
import { maxLinesPerFunction } from './max-lines-per-function.mjs';
import { vocabulary } from './vocabulary.mjs';

/** Rules of this house that no plugin has. */
export const house = {
  rules: {
    'doc-voice': docVoice,
    'max-lines-per-function': maxLinesPerFunction,
    vocabulary,
  },
};
