import { useState } from 'react';
import { api } from '../../api/client';
import { queries } from '../../api/session';
import { Button } from '../../parts/button';
import { Dialog } from '../../parts/dialog';
import { Choice, Field } from '../../parts/field';
import { Failed } from '../../parts/loaded';
import { source_words } from '../../parts/sources';
import { words } from '../../parts/texts';
import { t } from './texts';

const kinds = ['own', 'service', 'forwarder', 'spoofing'] as const;

export function Mark(props: { sender: string; domains: readonly string[]; on_close: () => void }) {
  const [domain, set_domain] = useState(props.domains[0] ?? '');
  const [kind, set_kind] = useState<(typeof kinds)[number]>('own');
  const [reason, set_reason] = useState('');
  const [error, set_error] = useState<unknown>(null);
  const [busy, set_busy] = useState(false);
  const save = async () => {
    set_busy(true);
    try {
      await api('senders_mark', { path: { sender: props.sender }, body: { domain, kind, reason: reason.trim() } });
      await queries.invalidateQueries({ queryKey: ['sender', props.sender] });
      void queries.invalidateQueries({ queryKey: ['senders'] });
      void queries.invalidateQueries({ queryKey: ['domain', domain] });
      props.on_close();
    } catch (failed) {
      set_error(failed);
      set_busy(false);
    }
  };
  return (
    <Dialog title={t.mark} open on_close={props.on_close}>
      <p className="soft">{t.mark_lead}</p>
      <Choice label={t.domain} value={domain} onChange={set_domain} options={props.domains.map((each) => ({ value: each, name: each }))} />
      <Choice
        label={t.whose}
        value={kind}
        onChange={(next) => set_kind(kinds.find((each) => each === next) ?? 'own')}
        options={kinds.map((each) => ({ value: each, name: source_words[each] }))}
      />
      <Field label={t.mark_reason} value={reason} onChange={set_reason} isRequired />
      {error !== null && <Failed error={error} />}
      <div className="dialog-actions">
        <Button onPress={props.on_close}>{words.cancel}</Button>
        <Button look="primary" isPending={busy} isDisabled={reason.trim() === ''} onPress={() => void save()}>
          {words.save}
        </Button>
      </div>
    </Dialog>
  );
}
