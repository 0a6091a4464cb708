import { useState } from 'react';
import { Button } from '../../parts/button';
import { Copy } from '../../parts/copy';
import { Check } from '../../parts/field';
import { words } from '../../parts/texts';
import { t } from './texts';

export function save_file(name: string, text: string, type = 'text/plain'): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

// Shown once; one goes on only after saying that they are kept.
export function RecoveryCodes({ codes, done, on_done }: { codes: readonly string[]; done: string; on_done: () => void }) {
  const [kept, set_kept] = useState(false);
  const text = codes.join('\n');
  return (
    <div className="stack">
      <p>{t.codes_lead}</p>
      <ol className="codes" dir="ltr">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ol>
      <div className="row">
        <Copy text={text} />
        <Button icon="down_to" onPress={() => save_file('rampart-recovery-codes.txt', `${text}\n`)}>
          {words.download}
        </Button>
        <Button icon="print" onPress={() => window.print()}>
          {words.print}
        </Button>
      </div>
      <Check label={t.codes_kept} checked={kept} onChange={set_kept} />
      <Button look="primary" isDisabled={!kept} onPress={on_done}>
        {done}
      </Button>
    </div>
  );
}
