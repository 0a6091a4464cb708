// A filter that is typed: what it says is in the address a moment after the last letter.
import { useEffect, useState } from 'react';

const after_last_letter = 250;

export function FilterText(props: { label: string; value: string; onChange: (text: string) => void }) {
  const [text, set_text] = useState(props.value);
  const { value, onChange } = props;
  useEffect(() => set_text(value), [value]);
  useEffect(() => {
    if (text === value) return undefined;
    const timer = setTimeout(() => onChange(text), after_last_letter);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  return (
    <input
      type="search"
      aria-label={props.label}
      placeholder={props.label}
      value={text}
      spellCheck={false}
      autoComplete="off"
      onChange={(event) => set_text(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onChange(text);
      }}
    />
  );
}
