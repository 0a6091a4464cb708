// Releasing and deleting, one or many. Many go one after the other: what fails is named, the rest is done.
import { useState } from 'react';
import { api, Failure } from '../../api/client';
import { sentence } from '../../api/sentences';
import { queries } from '../../api/session';
import type { Kept } from '../../api/types';
import { Button } from '../../parts/button';
import { Dialog } from '../../parts/dialog';
import { Check } from '../../parts/field';
import { Name, Words } from '../../parts/name';
import { words } from '../../parts/texts';
import { t } from './texts';

interface Fault {
  item: Kept;
  why: string;
}

export function use_each(act: (item: Kept) => Promise<unknown>) {
  const [done, set_done] = useState<number | null>(null);
  const [faults, set_faults] = useState<readonly Fault[]>([]);
  const run = async (items: readonly Kept[]): Promise<boolean> => {
    const found: Fault[] = [];
    set_faults([]);
    for (const [i, item] of items.entries()) {
      set_done(i);
      try {
        await act(item);
      } catch (error) {
        const said = sentence(error);
        found.push({ item, why: said.detail || said.title });
        // Without a second factor, or without a server, the others would fail alike.
        if (
          error instanceof Failure &&
          (error.problem.status === 403 || error.problem.status === 401 || error.name_of_type === 'unreachable')
        )
          break;
      }
    }
    set_done(null);
    set_faults(found);
    await queries.invalidateQueries({ queryKey: ['quarantine'] });
    await queries.invalidateQueries({ queryKey: ['kept'] });
    return found.length === 0;
  };
  return { done, faults, run };
}

function Faults({ faults }: { faults: readonly Fault[] }) {
  if (faults.length === 0) return null;
  return (
    <div className="failed" role="alert">
      <p className="failed-title">{t.some_failed(faults.length)}</p>
      <ul>
        {faults.slice(0, 20).map((fault) => (
          <li key={fault.item.id}>
            <Words>{fault.item.subject || fault.item.id}</Words>: {fault.why}
          </li>
        ))}
      </ul>
    </div>
  );
}

export function ReleaseKept({ items, on_close }: { items: readonly Kept[]; on_close: () => void }) {
  const only = items.length === 1 ? items[0] : undefined;
  const [recipients, set_recipients] = useState<readonly string[]>(only?.recipients ?? []);
  const [again, set_again] = useState(false);
  const { done, faults, run } = use_each((item) =>
    api('quarantine_release', {
      path: { id: item.id },
      body: { ...(only && recipients.length < only.recipients.length ? { recipients: [...recipients] } : {}), ...(again ? { again } : {}) },
    }),
  );
  const start = async () => {
    if (await run(items)) on_close();
  };
  return (
    <Dialog title={t.release_title(items.length)} open on_close={on_close} alert>
      <p className="soft">{t.release_lead}</p>
      {only && only.recipients.length > 1 && (
        <fieldset className="stack plain-set">
          <legend className="strong">{t.release_to}</legend>
          {only.recipients.map((recipient) => (
            <Check
              key={recipient}
              label={<Name>{recipient}</Name>}
              checked={recipients.includes(recipient)}
              onChange={(on) => set_recipients(on ? [...recipients, recipient] : recipients.filter((each) => each !== recipient))}
            />
          ))}
        </fieldset>
      )}
      <Check label={t.again} checked={again} onChange={set_again} />
      <Faults faults={faults} />
      <div className="dialog-actions">
        <Button onPress={on_close}>{words.cancel}</Button>
        <Button
          look="primary"
          isPending={done !== null}
          isDisabled={only !== undefined && recipients.length === 0}
          onPress={() => void start()}
        >
          {done !== null && items.length > 1 ? t.progress(done, items.length) : t.release}
        </Button>
      </div>
    </Dialog>
  );
}

export function DeleteKept({ items, on_close }: { items: readonly Kept[]; on_close: () => void }) {
  const { done, faults, run } = use_each((item) => api('quarantine_delete', { path: { id: item.id } }));
  const start = async () => {
    if (await run(items)) on_close();
  };
  return (
    <Dialog title={t.delete_title(items.length)} open on_close={on_close} alert>
      <p className="soft">{t.delete_lead}</p>
      <Faults faults={faults} />
      <div className="dialog-actions">
        <Button onPress={on_close}>{words.cancel}</Button>
        <Button look="danger" isPending={done !== null} onPress={() => void start()}>
          {done !== null && items.length > 1 ? t.progress(done, items.length) : words.delete}
        </Button>
      </div>
    </Dialog>
  );
}
