import { useState } from 'react';
import { api, api_with } from '../../api/client';
import { queries } from '../../api/session';
import type { DomainDetail } from '../../api/types';
import { Button } from '../../parts/button';
import { Dialog } from '../../parts/dialog';
import { Choice, Field } from '../../parts/field';
import { Failed } from '../../parts/loaded';
import { OrganisationChoice } from '../../parts/organisation_choice';
import { words } from '../../parts/texts';
import { navigate } from '../../router/router';
import { tabs } from './texts_tabs';

export function Details({ detail, etag, on_close }: { detail: DomainDetail; etag: string | null; on_close: () => void }) {
  const domain = detail.row.domain;
  const [organisation, set_organisation] = useState(detail.row.organisation?.id ?? '');
  const [sends, set_sends] = useState(detail.row.sends === null ? '' : detail.row.sends ? 'yes' : 'no');
  const [contact, set_contact] = useState(detail.contact);
  const [sector, set_sector] = useState(detail.sector);
  const [selectors, set_selectors] = useState(detail.selectors.join(' '));
  const [note, set_note] = useState(detail.note);
  const [error, set_error] = useState<unknown>(null);
  const [busy, set_busy] = useState(false);
  const [sure, set_sure] = useState(false);
  const attempt = async (act: () => Promise<unknown>) => {
    set_busy(true);
    set_error(null);
    try {
      await act();
    } catch (failed) {
      set_error(failed);
    } finally {
      set_busy(false);
    }
  };
  const save = () =>
    attempt(async () => {
      await api_with('domains_change', {
        path: { domain },
        if_match: etag,
        body: {
          organisation: organisation || null,
          sends: sends === '' ? null : sends === 'yes',
          contact,
          sector,
          selectors: selectors.split(/[\s,]+/).filter(Boolean),
          note,
        },
      });
      await queries.invalidateQueries({ queryKey: ['domain', domain] });
      void queries.invalidateQueries({ queryKey: ['domains'] });
      on_close();
    });
  const remove = () =>
    attempt(async () => {
      await api('domains_remove', { path: { domain }, if_match: etag });
      await queries.invalidateQueries({ queryKey: ['domains'] });
      navigate('/domains');
    });
  return (
    <Dialog title={tabs.details} open on_close={on_close}>
      <OrganisationChoice label={tabs.organisation} value={organisation} nothing={tabs.none} onChange={set_organisation} />
      <Choice
        label={tabs.sends}
        value={sends}
        onChange={set_sends}
        options={[
          { value: '', name: tabs.unsaid },
          { value: 'yes', name: words.yes },
          { value: 'no', name: words.no },
        ]}
      />
      <Field label={tabs.contact} value={contact} onChange={set_contact} ltr />
      <Field label={tabs.sector} value={sector} onChange={set_sector} />
      <Field label={tabs.selectors} hint={tabs.selectors_hint} value={selectors} onChange={set_selectors} ltr />
      <Field label={tabs.note} value={note} onChange={set_note} rows={3} />
      {error !== null && <Failed error={error} />}
      <div className="dialog-actions">
        <Button look="danger" onPress={() => (sure ? void remove() : set_sure(true))}>
          {sure ? tabs.remove_sure : tabs.remove}
        </Button>
        <Button onPress={on_close}>{words.cancel}</Button>
        <Button look="primary" isPending={busy} onPress={() => void save()}>
          {words.save}
        </Button>
      </div>
    </Dialog>
  );
}
