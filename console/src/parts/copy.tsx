import { useState } from 'react';
import { Button } from './button';
import { words } from './texts';

export function Copy({ text, label, bare = false }: { text: string; label?: string; bare?: boolean }) {
  const [done, set_done] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      set_done(true);
      setTimeout(() => set_done(false), 2000);
    } catch {
      // Without a clipboard the text is still there to be selected.
    }
  };
  const name = done ? words.copied : (label ?? words.copy);
  return bare ? (
    <Button look="quiet" icon={done ? 'check' : 'copy'} aria-label={name} onPress={() => void copy()} />
  ) : (
    <Button icon={done ? 'check' : 'copy'} onPress={() => void copy()}>
      {name}
    </Button>
  );
}
