import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api, api_with, is_failure } from '../../api/client';
import { queries, use_may } from '../../api/session';
import { Button } from '../../parts/button';
import { Field } from '../../parts/field';
import { use_act } from '../../parts/form';
import { Failed, Loaded, Skeleton } from '../../parts/loaded';
import { Name, Words } from '../../parts/name';
import { Section } from '../../parts/page';
import { words } from '../../parts/texts';
import { Ago } from '../../parts/time';
import { t } from './texts';

export function Lists() {
  const lists = useQuery({ queryKey: ['lists'], queryFn: () => api('lists_list') });
  return (
    <Loaded query={lists}>
      {(data) => {
        const elsewhere = data.items.filter((row) => !row.written_here);
        return (
          <>
            <OneList kind="block" />
            <OneList kind="allow" />
            {elsewhere.length > 0 && (
              <Section title={t.list_elsewhere}>
                <ul>
                  {elsewhere.map((row) => (
                    <li key={row.kind + row.file} className="row">
                      <strong>{t[row.kind]}</strong> <Name>{row.file}</Name> <span className="soft">{t.entries(row.entries)}</span>
                    </li>
                  ))}
                </ul>
              </Section>
            )}
          </>
        );
      }}
    </Loaded>
  );
}

function OneList({ kind }: { kind: 'block' | 'allow' }) {
  const may = use_may();
  const query = useQuery({
    queryKey: ['lists', kind],
    queryFn: () => api_with('lists_read', { path: { kind } }),
    refetchOnWindowFocus: false,
  });
  const [text, set_text] = useState<string | null>(null);
  const [saved, set_saved] = useState(false);
  const { busy, error, act } = use_act();
  const data = query.data?.data;
  useEffect(() => set_saved(false), [text]);
  if (query.isError) return <Failed error={query.error} retry={() => void query.refetch()} />;
  if (!data) return <Skeleton lines={5} />;
  const changed = text !== null && text !== data.text;
  const save = () =>
    act(async () => {
      await api('lists_write', { path: { kind }, if_match: query.data?.etag ?? null, body: { text: text ?? data.text } });
      await queries.invalidateQueries({ queryKey: ['lists'] });
      set_text(null);
      set_saved(true);
    });
  return (
    <Section
      title={t[kind]}
      note={
        <>
          {t.entries(data.entries)}
          {data.changed && (
            <>
              , <Ago time={data.changed} /> {data.by && t.list_by(data.by)}
            </>
          )}
        </>
      }
    >
      <div className="stack list-box">
        <Field
          label={t[kind]}
          hint={t.list_lead}
          rows={10}
          value={text ?? data.text}
          onChange={set_text}
          isReadOnly={!may('lists.write')}
          ltr
        />
        {data.faults.map((fault) => (
          <p key={fault.line} className="field-error">
            {t.line(fault.line)}: <Words>{fault.detail}</Words>
          </p>
        ))}
        {error !== null && (
          <>
            <Failed error={error} />
            {is_failure(error, 'changed-meanwhile') && <Button onPress={() => void query.refetch()}>{t.reload}</Button>}
          </>
        )}
        {saved && <p role="status">{t.saved}</p>}
        {may('lists.write') && (
          <Button look="primary" isDisabled={!changed} isPending={busy} onPress={() => void save()}>
            {words.save}
          </Button>
        )}
      </div>
    </Section>
  );
}
