// The catalogue. Each place keeps its own sentences beside its code, both languages side by side:
//
//   const t = texts({
//     title: { en: 'Domains', ur: 'ڈومین' },
//     count: { en: (n: number) => plural(n, 'one domain', `${number(n)} domains`), ur: (n: number) => `${number(n)} ڈومین` },
//   });
//   <h1>{t.title}</h1>
//
// A sentence without its Urdu, or whose Urdu takes other arguments, does not compile; texts.test.ts walks all catalogues and
// fails on Urdu that is empty or is still English.
import { language, type Language } from './language';

type Pair<T> = { en: T; ur: NoInfer<T> };
export type Pairs<T> = { [K in keyof T]: Pair<T[K]> };

const known: Pairs<Record<string, unknown>>[] = [];

export function texts<T extends Record<string, unknown>>(pairs: Pairs<T>): T {
  known.push(pairs as Pairs<Record<string, unknown>>);
  return pick(pairs, language);
}

export function pick<T extends Record<string, unknown>>(pairs: Pairs<T>, spoken: Language): T {
  const picked = {} as T;
  for (const key in pairs) picked[key] = pairs[key][spoken];
  return picked;
}

// Every catalogue that was loaded so far; for the test.
export function catalogues(): readonly Pairs<Record<string, unknown>>[] {
  return known;
}

// English has two forms; Urdu says the number beside one.
export function plural(n: number, one: string, many: string): string {
  return n === 1 ? one : many;
}
