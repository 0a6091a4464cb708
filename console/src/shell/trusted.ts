// Trusted Types: text becomes markup in one place of this program, the message's safe rendering, which goes into a sandboxed frame.
// The server's policy allows one policy of types, `default`; ours lets through what `fill_frame` is filling in at that moment, and the
// empty text by which React Aria clears its announcer; everything else that would become markup is an error.
interface Factory {
  createPolicy(name: string, rules: { createHTML?: (text: string) => string }): unknown;
}
const factory = (globalThis as { trustedTypes?: Factory }).trustedTypes;
let granted: string | null = null;

export function start_trusted_types(): void {
  factory?.createPolicy('default', {
    createHTML: (text) => {
      if (text === '' || text === granted) return text;
      throw new TypeError('text must not become markup here');
    },
  });
}

// Only for a frame with `sandbox` and no allowances: scripts, forms and our origin are out of its reach.
export function fill_frame(frame: HTMLIFrameElement, html: string): void {
  if (frame.getAttribute('sandbox') !== '') throw new Error('the frame is not sandboxed');
  granted = html;
  try {
    frame.srcdoc = html;
  } finally {
    granted = null;
  }
}
