import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client';
import { queries, use_may, use_session } from '../../api/session';
import type { Permission } from '../../api/types';
import { number } from '../../i18n/format';
import { plural, texts } from '../../i18n/texts';
import { Button } from '../../parts/button';
import { Copy } from '../../parts/copy';
import { Dialog } from '../../parts/dialog';
import { Check, Choice, Field } from '../../parts/field';
import { FormDialog, Sure } from '../../parts/form';
import { Empty, Loaded } from '../../parts/loaded';
import { Code, Name, Words } from '../../parts/name';
import { Page, Scroll } from '../../parts/page';
import { permission_words } from '../../parts/people';
import { State } from '../../parts/state';
import { words } from '../../parts/texts';
import { Ago, Day } from '../../parts/time';

const t = texts({
  title: { en: 'API tokens', ur: 'API ٹوکن' },
  lead: {
    en: 'For programs. A token may no more than you chose, and no more than you yourself.',
    ur: 'پروگراموں کے لیے۔ ٹوکن صرف وہی کر سکتا ہے جو آپ نے چنا، اور آپ سے زیادہ نہیں۔',
  },
  make: { en: 'Make a token', ur: 'ٹوکن بنائیں' },
  name: { en: 'What it is for', ur: 'کس کام کے لیے' },
  may: { en: 'May', ur: 'کر سکتا ہے' },
  days: { en: 'Ends after', ur: 'مدت' },
  day_count: { en: (n: number) => `${number(n)} ${plural(n, 'day', 'days')}`, ur: (n: number) => `${number(n)} دن` },
  sees: { en: 'Sees', ur: 'دیکھتا ہے' },
  as_account: { en: 'as wide as you', ur: 'آپ جتنا' },
  expires: { en: 'Ends', ur: 'ختم' },
  over: { en: 'over', ur: 'ختم شدہ' },
  used: { en: 'Last used', ur: 'آخری استعمال' },
  never: { en: 'never', ur: 'کبھی نہیں' },
  end: { en: 'End', ur: 'ختم کریں' },
  end_sure: { en: 'Press again to end it', ur: 'ختم کرنے کو دوبارہ دبائیں' },
  secret: { en: 'Your token', ur: 'آپ کا ٹوکن' },
  secret_lead: { en: 'Shown this once: here only its hash is kept.', ur: 'صرف ابھی دکھایا جا رہا ہے: یہاں صرف اس کا hash رکھا جاتا ہے۔' },
  none: { en: 'You have no tokens.', ur: 'آپ کا کوئی ٹوکن نہیں۔' },
  none_lead: { en: 'With one, what the console shows can be had by a program:', ur: 'اس سے پروگرام وہی لے سکتا ہے جو کنسول دکھاتا ہے:' },
});

export default function Tokens() {
  const may = use_may();
  const [making, set_making] = useState(false);
  const [secret, set_secret] = useState<string | null>(null);
  const { public_url } = use_session();
  const tokens = useQuery({ queryKey: ['tokens'], queryFn: () => api('tokens_list', { query: { limit: 200 } }) });
  const example = `curl -H "Authorization: Bearer rmp_…" ${public_url}/api/v1/domains`;
  return (
    <Page
      title={t.title}
      lead={t.lead}
      actions={
        may('tokens.write') && (
          <Button look="primary" icon="plus" onPress={() => set_making(true)}>
            {t.make}
          </Button>
        )
      }
    >
      <Loaded query={tokens}>
        {(data) =>
          data.items.length === 0 ? (
            <Empty title={t.none}>
              <p>{t.none_lead}</p>
              <Code block>{example}</Code>
            </Empty>
          ) : (
            <Scroll label={t.title}>
              <table className="table">
                <thead>
                  <tr>
                    <th>{t.name}</th>
                    <th>{t.may}</th>
                    <th>{t.sees}</th>
                    <th>{t.expires}</th>
                    <th>{t.used}</th>
                    <th />
                  </tr>
                </thead>
                <tbody>
                  {data.items.map((token) => (
                    <tr key={token.id}>
                      <td className="strong">
                        <Words>{token.name}</Words>
                      </td>
                      <td>{token.permissions.map(permission_words).join(', ')}</td>
                      <td>
                        {token.organisations.length === 0 ? (
                          t.as_account
                        ) : (
                          <Words>{token.organisations.map((each) => each.name).join(', ')}</Words>
                        )}
                      </td>
                      <td className="nowrap">
                        {Date.parse(token.expires) < Date.now() ? <State kind="plain">{t.over}</State> : <Day time={token.expires} />}
                      </td>
                      <td>
                        {token.last_used ? (
                          <>
                            <Ago time={token.last_used} /> {token.last_address && <Name>{token.last_address}</Name>}
                          </>
                        ) : (
                          <span className="soft">{t.never}</span>
                        )}
                      </td>
                      <td className="num">
                        <Sure
                          quiet
                          name={t.end}
                          sure={t.end_sure}
                          act={async () => {
                            await api('tokens_end', { path: { id: token.id } });
                            await queries.invalidateQueries({ queryKey: ['tokens'] });
                          }}
                        />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Scroll>
          )
        }
      </Loaded>
      {making && <Make on_close={() => set_making(false)} on_secret={set_secret} />}
      {secret !== null && (
        <Dialog title={t.secret} open on_close={() => set_secret(null)} alert wide>
          <p className="soft">{t.secret_lead}</p>
          <div className="secret">
            <Name>{secret}</Name>
            <Copy text={secret} />
          </div>
          <Code block>{example}</Code>
          <div className="dialog-actions">
            <Button look="primary" onPress={() => set_secret(null)}>
              {words.done}
            </Button>
          </div>
        </Dialog>
      )}
    </Page>
  );
}

const terms = [7, 30, 90, 365] as const;

function Make({ on_close, on_secret }: { on_close: () => void; on_secret: (secret: string) => void }) {
  const { permissions } = use_session();
  const [name, set_name] = useState('');
  const [days, set_days] = useState('90');
  const [chosen, set_chosen] = useState<readonly Permission[]>(permissions.includes('domains.read') ? ['domains.read'] : []);
  return (
    <FormDialog
      title={t.make}
      submit={t.make}
      wide
      ready={name.trim() !== '' && chosen.length > 0}
      on_close={on_close}
      on_submit={async () => {
        const made = await api('tokens_make', { body: { name: name.trim(), permissions: [...chosen], days: Number(days) } });
        await queries.invalidateQueries({ queryKey: ['tokens'] });
        on_secret(made.secret);
      }}
    >
      <Field label={t.name} value={name} onChange={set_name} isRequired autoFocus />
      <Choice label={t.days} value={days} onChange={set_days} options={terms.map((n) => ({ value: String(n), name: t.day_count(n) }))} />
      <fieldset className="scope">
        <legend>{t.may}</legend>
        <div className="scope-list">
          {permissions
            .filter((each) => each !== 'self' && each !== 'tokens.write')
            .map((each) => (
              <Check
                key={each}
                label={permission_words(each)}
                checked={chosen.includes(each)}
                onChange={(on) => set_chosen(on ? [...chosen, each] : chosen.filter((one) => one !== each))}
              />
            ))}
        </div>
      </fieldset>
    </FormDialog>
  );
}
