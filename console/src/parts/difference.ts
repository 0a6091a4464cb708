// The parts of two records that are the same, old or new, by the pieces that records are made of (tags, terms, spaces).
export interface Part {
  kind: 'same' | 'old' | 'new';
  text: string;
}

const most_pieces = 400; // Longest records have some 150 terms; beyond, old and new are shown whole.

export function difference(before: string, after: string): Part[] {
  const a = pieces(before);
  const b = pieces(after);
  if (a.length > most_pieces || b.length > most_pieces) {
    return join([
      { kind: 'old', text: before },
      { kind: 'new', text: after },
    ]);
  }
  // Longest common subsequence.
  const width = b.length + 1;
  const table = new Uint16Array((a.length + 1) * width);
  const get = (i: number, j: number) => table[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i * width + j] = a[i] === b[j] ? get(i + 1, j + 1) + 1 : Math.max(get(i + 1, j), get(i, j + 1));
    }
  }
  const parts: Part[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      parts.push({ kind: 'same', text: a[i] ?? '' });
      i++;
      j++;
    } else if (i < a.length && (j === b.length || get(i + 1, j) >= get(i, j + 1))) {
      parts.push({ kind: 'old', text: a[i++] ?? '' });
    } else {
      parts.push({ kind: 'new', text: b[j++] ?? '' });
    }
  }
  return join(parts);
}

function pieces(text: string): string[] {
  return text.match(/\s+|[;,]|[^\s;,]+/g) ?? [];
}

function join(parts: Part[]): Part[] {
  const joined: Part[] = [];
  for (const part of parts) {
    const last = joined[joined.length - 1];
    if (part.text === '') continue;
    if (last?.kind === part.kind) last.text += part.text;
    else joined.push({ ...part });
  }
  return joined;
}
