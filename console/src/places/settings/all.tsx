import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { api } from '../../api/client';
import type { Setting } from '../../api/types';
import { Check } from '../../parts/field';
import { FilterText } from '../../parts/filter_text';
import { Empty, Loaded } from '../../parts/loaded';
import { Code, Name, Words } from '../../parts/name';
import { Section } from '../../parts/page';
import { use_query } from '../../router/router';
import { t } from './texts';

export function shown_value(value: Setting['value']): string {
  if (value === null || value === '') return '';
  return Array.isArray(value) ? value.map(String).join(', ') : String(value);
}

const origins = { default: t.default, file: t.from_file, option: t.from_option, environment: t.from_environment };

export function AllSettings() {
  const [address, set] = use_query();
  const settings = useQuery({ queryKey: ['settings'], queryFn: () => api('settings_list'), staleTime: 60_000 });
  const text = address.get('text')?.trim().toLowerCase() ?? '';
  const changed = address.get('changed') === 'yes';
  const find = useCallback((next: string) => set({ text: next }), [set]);
  return (
    <>
      <div className="filters" role="search">
        <FilterText label={t.find} value={address.get('text') ?? ''} onChange={find} />
        <Check label={t.changed_only} checked={changed} onChange={(on) => set({ changed: on ? 'yes' : null })} />
      </div>
      <Loaded query={settings}>
        {(data) => {
          const items = data.items.filter(
            (item) =>
              (!changed || item.origin.from !== 'default') &&
              (text === '' || item.key.includes(text) || item.brief.toLowerCase().includes(text)),
          );
          const sections = [...new Set(items.map((item) => item.section))];
          return (
            <>
              <div className="soft">
                {data.file ? (
                  <>
                    {t.file} <Code>{data.file}</Code>. {t.change_how}
                  </>
                ) : (
                  t.file_none
                )}
              </div>
              {data.file && <Code block>{`rampart config check ${data.file} && systemctl reload rampart`}</Code>}
              {items.length === 0 && <Empty title={t.none} />}
              {sections.map((section) => (
                <Section key={section} title={<bdi dir="ltr">{section}</bdi>}>
                  <table className="table settings-table">
                    <thead className="visually-hidden">
                      <tr>
                        <th>{t.setting}</th>
                        <th>{t.value}</th>
                        <th>{t.origin}</th>
                      </tr>
                    </thead>
                    <tbody>
                      {items
                        .filter((item) => item.section === section)
                        .map((item) => (
                          <tr key={item.key}>
                            <td>
                              <Name strong>{item.key}</Name>
                              <div className="soft">
                                <Words>{item.brief}</Words>
                              </div>
                            </td>
                            <td>
                              <Value item={item} />
                            </td>
                            <td className="soft small">
                              {origins[item.origin.from]} {item.origin.where && <Name>{item.origin.where}</Name>}
                            </td>
                          </tr>
                        ))}
                    </tbody>
                  </table>
                </Section>
              ))}
            </>
          );
        }}
      </Loaded>
    </>
  );
}

function Value({ item }: { item: Setting }) {
  if (item.secret) return <span className="soft">{item.value === null ? t.secret : t.secret_unset}</span>;
  const value = shown_value(item.value);
  const usual = shown_value(item.default);
  return (
    <>
      {value === '' ? <span className="faint">{t.empty}</span> : <Code>{value}</Code>}
      {item.origin.from !== 'default' && value !== usual && usual !== '' && <div className="small faint">{t.default_is(usual)}</div>}
    </>
  );
}
