// What came since the page was opened. New mail goes on top only while nobody reads: with the pointer on the list, the keyboard in
// it, the page scrolled or the stream paused it waits, and is counted. So nothing moves away from under the mouse.
export interface Stream<T> {
  shown: readonly T[];
  held: readonly T[];
}

export const most_shown = 500;
export const most_held = 2000;

export function arrive<T>(stream: Stream<T>, item: T, free: boolean): Stream<T> {
  if (free && stream.held.length === 0) return { shown: [item, ...stream.shown].slice(0, most_shown), held: [] };
  return { shown: stream.shown, held: [item, ...stream.held].slice(0, most_held) };
}

export function release<T>(stream: Stream<T>): Stream<T> {
  return { shown: [...stream.held, ...stream.shown].slice(0, most_shown), held: [] };
}
