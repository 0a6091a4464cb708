// Nobody at the keyboard is nobody who uses the session: after a while without a key or a pointer the page asks for nothing by itself,
// so that the server's limit on idle sessions means the person, not the page.
import { focusManager } from '@tanstack/react-query';

export const idle_after = 5 * 60_000;

export function start_idle(after = idle_after): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const rest = () => focusManager.setFocused(false);
  const stir = () => {
    clearTimeout(timer);
    timer = setTimeout(rest, after);
    // Back to what the browser says of the page's visibility.
    if (!focusManager.isFocused()) focusManager.setFocused(undefined);
  };
  const kinds = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;
  for (const kind of kinds) window.addEventListener(kind, stir, { passive: true });
  stir();
  return () => {
    clearTimeout(timer);
    for (const kind of kinds) window.removeEventListener(kind, stir);
    focusManager.setFocused(undefined);
  };
}
