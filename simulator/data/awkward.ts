/** Short texts that break careless parsers. Each fits a text field of 255 characters. */
export const AWKWARD_TEXTS: readonly string[] = [
  'Ünïcödé naïve façade',
  '日本語テキスト',
  'שלום עולם',
  'مرحبا, "بالعالم"',
  '👩‍👩‍👧‍👦 family emoji 🚀',
  'e\u0301 combining o\u0308',
  'She said "hello"',
  'comma, separated, values',
  "it's O'Neil's",
  'back\\slash \\n not a newline',
  '\\N',
  'NULL',
  'null',
  ' leading space',
  'trailing space ',
  '  both  ',
  'line one\nline two',
  'crlf\r\nline two',
  'tab\tseparated',
  '"',
  '""',
  ',',
  ';semi;colon;',
  '=1+1',
  '-none-',
  '0',
  'true',
  '1e5',
  '007',
  '<b>html & entities &amp;</b>',
  '{"json":"inside"}',
  '%20+percent',
  '(parens) and (more)',
  "Robert'); DROP TABLE deals;--",
  '\u200bzero width\u200d',
  '\ufeffbyte order mark',
  'İstanbul ǅ ß ﬁ',
  '🏳️‍🌈',
  '\u202eright-to-left override\u202c',
  'pipe|dollar$1 `tick`',
];

/** Long texts as people paste them: newlines, quotes, a line that ends COPY for careless readers. */
export const AWKWARD_NOTES: readonly string[] = [
  'First call went well.\nThey asked for "references", twice.\n\nNext: send the deck.',
  'line one\n\\.\nline three',
  'Tabs\tand\ttabs\r\nand Windows newlines\r\n',
  'Liste: Äpfel, Öl; "Übergröße"\n- punkt eins\n- punkt zwei',
  '会議メモ:\n「価格」を確認する',
  'ends with a backslash \\',
  '"quoted from start to end"',
  '\n\nstarts with newlines',
];

/** A text of exactly `length` characters that does not compress to nothing. */
export function longText(length: number, salt: number): string {
  const words = ['renewal', 'discount', '"scope"', 'proposal,', 'legal\n', 'Größe', 'budget', '✓', 'steering', 'Q4'];
  let text = '';
  for (let i = salt; text.length < length; i++) text += `${words[(i * 7 + salt) % words.length] ?? ''} ${i} `;
  return text.slice(0, length - 1) + '.';
}
