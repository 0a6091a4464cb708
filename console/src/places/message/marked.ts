// A text cut at the places that causes speak of.
export interface Piece {
  text: string;
  code: string | null;
}

export function pieces_of(text: string, marks: readonly { code: string; text: string }[]): Piece[] {
  const sought = marks.filter((mark) => mark.text !== '').sort((a, b) => b.text.length - a.text.length);
  const pieces: Piece[] = [];
  let from = 0;
  let plain = 0;
  while (from < text.length) {
    const found = sought.find((mark) => text.startsWith(mark.text, from));
    if (!found) {
      from += 1;
      continue;
    }
    if (plain < from) pieces.push({ text: text.slice(plain, from), code: null });
    pieces.push({ text: found.text, code: found.code });
    from += found.text.length;
    plain = from;
  }
  if (plain < text.length || pieces.length === 0) pieces.push({ text: text.slice(plain), code: null });
  return pieces;
}
