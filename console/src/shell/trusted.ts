// Trusted Types: text becomes markup in two places of this program. The message's safe rendering goes into a sandboxed frame by
// a policy of its own; and React Aria empties its announcer with `innerHTML = ''`, which the default policy lets through, and
// nothing else.
interface Policy {
  createHTML(text: string): string;
}
interface Factory {
  createPolicy(name: string, rules: { createHTML?: (text: string) => string }): Policy;
}
const factory = (globalThis as { trustedTypes?: Factory }).trustedTypes;
let frames: Policy | null = null;

export function start_trusted_types(): void {
  if (!factory) return;
  factory.createPolicy('default', {
    createHTML: (text) => {
      if (text === '') return text;
      throw new TypeError('text must not become markup here');
    },
  });
  frames = factory.createPolicy('rampart-frame', { createHTML: (text) => text });
}

// Only for a frame with `sandbox` and no allowances: scripts, forms and our origin are out of its reach.
export function fill_frame(frame: HTMLIFrameElement, html: string): void {
  if (frame.getAttribute('sandbox') !== '') throw new Error('the frame is not sandboxed');
  frame.srcdoc = frames ? frames.createHTML(html) : html;
}
