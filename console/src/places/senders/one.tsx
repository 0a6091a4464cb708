import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client';
import { queries, use_may } from '../../api/session';
import { number } from '../../i18n/format';
import { Button } from '../../parts/button';
import { Loaded } from '../../parts/loaded';
import { Name, Words } from '../../parts/name';
import { Page, Scroll, Section } from '../../parts/page';
import { Passes, SourceKindState, source_words, t as s, trend_words } from '../../parts/sources';
import { Ago, Day } from '../../parts/time';
import { at, Link } from '../../router/router';
import { Mark } from './mark';
import { t } from './texts';

export function OneSender({ id }: { id: string }) {
  const sender = useQuery({ queryKey: ['sender', id], queryFn: () => api('senders_read', { path: { sender: id } }) });
  const [marking, set_marking] = useState(false);
  const may = use_may();
  const data = sender.data;
  return (
    <Page
      title={data?.sender.name ?? id}
      heading={<Words>{data?.sender.name ?? id}</Words>}
      crumbs={[{ to: '/senders', name: t.title }]}
      lead={
        data && (
          <span className="row">
            <SourceKindState kind={data.sender.kind} confidence={data.sender.confidence} />
            <span>{trend_words[data.sender.trend]}</span>
            <span>
              <Day time={data.sender.first_day} /> – <Day time={data.sender.last_day} />
            </span>
            <Passes part={data.sender.authenticated} all={data.sender.messages} forged={data.sender.kind === 'spoofing'} />
          </span>
        )
      }
      actions={may('senders.write') && data && <Button onPress={() => set_marking(true)}>{t.mark}</Button>}
    >
      <Loaded query={sender}>
        {(loaded) => (
          <>
            {loaded.sender.fail > 0 && loaded.sender.kind !== 'spoofing' && (
              <div className="note note-warn">
                <strong>{t.fix}.</strong> {t.fix_lead}
              </div>
            )}
            <Section title={t.domains} note={number(loaded.domains.length)}>
              <Scroll label={t.domains}>
                <table className="table">
                  <thead>
                    <tr>
                      <th>{t.domain}</th>
                      <th className="num">{s.messages}</th>
                      <th className="num">{s.passes}</th>
                      <th>{t.how}</th>
                      <th>{t.evidence}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {loaded.domains.map(({ domain, source }) => (
                      <tr key={domain}>
                        <td>
                          <Link to={at`/domains/${domain}/senders`}>
                            <Name strong>{domain}</Name>
                          </Link>
                        </td>
                        <td className="num">{number(source.messages)}</td>
                        <td className="num">
                          <Passes part={source.authenticated} all={source.messages} forged={source.kind === 'spoofing'} />
                        </td>
                        <td className="soft">{t.how_counts(source.dkim, source.spf_only)}</td>
                        <td>
                          {source.evidence.map((evidence) => (
                            <div key={evidence.text}>
                              <Words>{evidence.text}</Words>
                            </div>
                          ))}
                          {source.addresses.slice(0, 8).map((address) => (
                            <div key={address.address} className="small faint">
                              <Name>{`${address.address} ${address.reverse_name}`}</Name> {number(address.messages)}
                            </div>
                          ))}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </Scroll>
            </Section>
            <Section title={t.marks}>
              {loaded.marks.length === 0 ? (
                <p className="soft">{t.marks_none}</p>
              ) : (
                <ul className="evidence">
                  {loaded.marks.map((mark) => (
                    <li key={mark.number} className="row">
                      <Name>{mark.domain}</Name> <strong>{source_words[mark.kind]}</strong> <Words>{mark.reason}</Words>
                      <span className="faint">
                        <Name>{mark.who}</Name>, <Ago time={mark.made} />
                      </span>
                      {!mark.removed && may('senders.write') && (
                        <Button
                          look="quiet"
                          onPress={() => {
                            void api('senders_unmark', { path: { sender: id }, query: { domain: mark.domain } }).then(() =>
                              queries.invalidateQueries({ queryKey: ['sender', id] }),
                            );
                          }}
                        >
                          {t.unmark}
                        </Button>
                      )}
                    </li>
                  ))}
                </ul>
              )}
            </Section>
            {marking && <Mark sender={id} domains={loaded.domains.map((each) => each.domain)} on_close={() => set_marking(false)} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}
