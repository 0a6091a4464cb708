// The views of a kept message: safe rendering in a sandboxed frame, text, headers explained, parts and links, raw.
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { api } from '../../api/client';
import type { Rendering } from '../../api/types';
import { bytes, number } from '../../i18n/format';
import { Loaded } from '../../parts/loaded';
import { Code, Name, visible, Words } from '../../parts/name';
import { Scroll, Section } from '../../parts/page';
import { State, Unknown } from '../../parts/state';
import { fill_frame } from '../../shell/trusted';
import { pieces_of } from './marked';
import { t } from './texts';

// The API's HTML is safe by itself; the frame makes it harmless if it were not: no script, no form, no origin, no link that leads out.
export function Body({ rendering, hot }: { rendering: Rendering; hot: string | null }) {
  const body = rendering.bodies[0];
  if (!body) return <Text rendering={rendering} hot={hot} />;
  return (
    <>
      {rendering.fault && (
        <p className="note note-warn">
          {t.fault} <Words>{rendering.fault}</Words>
        </p>
      )}
      {body.notices.length > 0 && (
        <div className="notices">
          <span className="soft">{t.changed}</span>
          <ul>
            {body.notices.map((notice) => (
              <li key={notice.notice} className="soft">
                {number(notice.count)} × <Words>{notice.text}</Words> {notice.evidence && <Code>{notice.evidence}</Code>}
              </li>
            ))}
          </ul>
        </div>
      )}
      {rendering.bodies.map((each) => (
        <Frame key={each.part} html={each.html} hot={hot} />
      ))}
    </>
  );
}

// The frame has an origin of its own, to which our stylesheets are not given, and the page's policy allows no other: colours and type come
// from attributes, and what a cause speaks of is marked by the browser itself, strong and underlined while it is pointed at.
export function frame_page(html: string, hot: string | null): string {
  const code = hot?.replace(/[^a-z0-9-]/g, '') ?? '';
  const begin = `<mark data-cause="${code}">`;
  const marked =
    code === ''
      ? html
      : html
          .split(begin)
          .map((part, i) =>
            i === 0 ? part : `<mark class="hot" data-cause="${code}"><strong><u>${part.replace('</mark>', '</u></strong></mark>')}`,
          )
          .join('');
  return `<!doctype html><html><head><meta charset="utf-8"><meta name="referrer" content="no-referrer"></head><body bgcolor="#ffffff" text="#141d1a"><font face="system-ui, sans-serif">${marked}</font></body></html>`;
}

function Frame({ html, hot }: { html: string; hot: string | null }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const shown_hot = hot !== null && html.includes(`data-cause="${hot}"`) ? hot : null;
  useEffect(() => {
    if (frame.current) fill_frame(frame.current, frame_page(html, shown_hot));
  }, [html, shown_hot]);
  return <iframe ref={frame} className="message-frame" sandbox="" title={t.frame} referrerPolicy="no-referrer" />;
}

export function Text({ rendering, hot }: { rendering: Rendering; hot: string | null }) {
  const text = rendering.text;
  const pieces = pieces_of(text?.text ?? '', rendering.marks);
  const first = useRef<HTMLElement>(null);
  useEffect(() => first.current?.scrollIntoView({ block: 'nearest' }), [hot]);
  const first_hot = pieces.findIndex((piece) => piece.code !== null && piece.code === hot);
  return (
    <>
      <pre className="message-text" dir="auto" tabIndex={0}>
        {pieces.map((piece, i) =>
          piece.code === null ? (
            visible(piece.text)
          ) : (
            <mark
              key={i}
              ref={i === first_hot ? first : undefined}
              className={piece.code === hot ? 'marked marked-hot' : 'marked'}
              title={piece.code}
            >
              {visible(piece.text)}
            </mark>
          ),
        )}
      </pre>
      {text?.cut && <p className="soft">{t.text_cut}</p>}
    </>
  );
}

export function Headers({ rendering, hot }: { rendering: Rendering; hot: string | null }) {
  return (
    <Scroll label={t.tab_headers}>
      <table className="table headers">
        <thead>
          <tr>
            <th>{t.header}</th>
            <th>{t.value}</th>
            <th>{t.means}</th>
          </tr>
        </thead>
        <tbody>
          {rendering.headers.map((header, i) => (
            <tr key={i} className={hot !== null && header.causes.includes(hot) ? 'header-hot' : ''}>
              <td>
                <Name strong>{header.name}</Name>
              </td>
              <td dir="auto">{visible(header.value)}</td>
              <td className="soft" dir="auto">
                {header.explained}
                {header.causes.map((cause) => (
                  <div key={cause}>
                    <State kind="warn">
                      <bdi dir="ltr">{cause}</bdi>
                    </State>
                  </div>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

export function Parts({ rendering, hot }: { rendering: Rendering; hot: string | null }) {
  return (
    <>
      <Scroll label={t.tab_parts}>
        <table className="table">
          <thead>
            <tr>
              <th>{t.part}</th>
              <th>{t.kind}</th>
              <th className="num">{t.size}</th>
              <th>{t.found}</th>
            </tr>
          </thead>
          <tbody>
            {rendering.parts.map((part) => (
              <tr key={part.path} className={part.found.some((each) => each.code === hot) ? 'header-hot' : ''}>
                <td>
                  {part.path} {part.name && <Words>{part.name}</Words>}
                  <div className="small faint">
                    <Name>{part.sha256}</Name>
                  </div>
                </td>
                <td>
                  <Name>{part.type}</Name>
                </td>
                <td className="num">{bytes(part.size)}</td>
                <td>
                  {part.unseen && <Unknown why={`${t.not_looked}: ${part.unseen}`} />}
                  {part.found.map((each) => (
                    <div key={each.code + each.evidence}>
                      <State kind="warn">
                        <Words>{each.evidence}</Words>
                      </State>
                    </div>
                  ))}
                  {part.rules.map((rule) => (
                    <div key={rule}>
                      YARA <Code>{rule}</Code>
                    </div>
                  ))}
                  {!part.unseen && part.found.length + part.rules.length === 0 && <span className="faint">{t.nothing_found}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {rendering.links.length > 0 && (
        <Section title={t.links} note={number(rendering.links.length)}>
          <Scroll label={t.links}>
            <table className="table">
              <thead>
                <tr>
                  <th>{t.shown}</th>
                  <th>{t.leads}</th>
                  <th>{t.facts_of_link}</th>
                </tr>
              </thead>
              <tbody>
                {rendering.links.map((link, i) => (
                  <tr key={i}>
                    <td>
                      <Words>{link.text}</Words> {link.hidden && <State kind="warn">{t.hidden}</State>}
                    </td>
                    <td>
                      <Code>{link.target}</Code>
                    </td>
                    <td>
                      {link.claimed && <State kind="bad">{t.claims_other(link.claimed)}</State>}
                      {link.facts.map((fact) => (
                        <div key={fact} className="soft" dir="auto">
                          {fact}
                        </div>
                      ))}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
          {rendering.links_left_out > 0 && <p className="soft">{t.links_more(rendering.links_left_out)}</p>}
        </Section>
      )}
    </>
  );
}

export function Raw({ id }: { id: string }) {
  const raw = useQuery({ queryKey: ['kept', id, 'raw'], queryFn: () => api('quarantine_raw', { path: { id } }), staleTime: Infinity });
  return <Loaded query={raw}>{(text) => <Code block>{text}</Code>}</Loaded>;
}
