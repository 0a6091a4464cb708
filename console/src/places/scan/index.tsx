// What the guard would do with a message that somebody has as a file.
import { useState } from 'react';
import { api } from '../../api/client';
import type { Verdict } from '../../api/types';
import { number } from '../../i18n/format';
import { language } from '../../i18n/language';
import { texts } from '../../i18n/texts';
import { Button } from '../../parts/button';
import { Field } from '../../parts/field';
import { use_act } from '../../parts/form';
import { Failed } from '../../parts/loaded';
import { Words } from '../../parts/name';
import { Page, Scroll, Section } from '../../parts/page';
import { State, Unknown } from '../../parts/state';
import { action_kinds, action_words } from '../../parts/status';
import { Causes } from '../message/causes';
import '../message/message.css';

const t = texts({
  title: { en: 'Judge a message', ur: 'پیغام جانچیں' },
  lead: {
    en: 'What the guard would do with it, and why. Nothing is delivered or kept.',
    ur: 'محافظ اس کے ساتھ کیا کرے گا، اور کیوں۔ کچھ پہنچایا یا رکھا نہیں جاتا۔',
  },
  mail: { en: 'Live mail', ur: 'رواں ڈاک' },
  message: { en: 'The message, with its headers', ur: 'پیغام، سرخیوں سمیت' },
  message_hint: {
    en: 'As “show original” of a mail program gives it, or an .eml file',
    ur: 'جیسا میل پروگرام کا ”اصل دکھائیں“ دیتا ہے، یا eml. فائل',
  },
  file: { en: 'Choose an .eml file', ur: 'eml. فائل چنیں' },
  ip: { en: 'Address of the client', ur: 'کلائنٹ کا پتا' },
  ip_hint: { en: 'Without it SPF cannot be checked', ur: 'اس کے بغیر SPF نہیں جانچا جا سکتا' },
  mail_from: { en: 'Envelope from', ur: 'لفافے پر از' },
  judge: { en: 'Judge', ur: 'جانچیں' },
  causes: { en: 'Why', ur: 'کیوں' },
  signals: { en: 'What its content says', ur: 'اس کا مواد کیا کہتا ہے' },
  score: {
    en: (score: string, tag: string, keep: string) => `${score} points; it is tagged at ${tag}, kept at ${keep}`,
    ur: (score: string, tag: string, keep: string) => `${score} نمبر؛ ${tag} پر نشان، ${keep} پر قرنطینہ`,
  },
  signal: { en: 'Sign', ur: 'علامت' },
  points: { en: 'Points', ur: 'نمبر' },
  evidence: { en: 'Seen', ur: 'دیکھا گیا' },
  unchecked: { en: 'Not checked:', ur: 'نہیں جانچا گیا:' },
});

export default function Scan() {
  const [message, set_message] = useState('');
  const [file, set_file] = useState<File | null>(null);
  const [ip, set_ip] = useState('');
  const [mail_from, set_mail_from] = useState('');
  const [verdict, set_verdict] = useState<Verdict | null>(null);
  const { busy, error, act } = use_act();
  const judge = () =>
    act(async () => {
      set_verdict(null);
      const query: { ip?: string; mail_from?: string } = {};
      if (ip.trim()) query.ip = ip.trim();
      if (mail_from.trim()) query.mail_from = mail_from.trim();
      // The bytes of the file as they are: reading them as text would change what was signed.
      set_verdict(await api('mail_scan', { query, body: file ?? message.replace(/\r?\n/g, '\r\n'), type: 'message/rfc822' }));
    });
  return (
    <Page title={t.title} lead={t.lead} crumbs={[{ to: '/mail', name: t.mail }]}>
      <form
        className="stack scan"
        onSubmit={(event) => {
          event.preventDefault();
          void judge();
        }}
      >
        <label className="row">
          {t.file}
          <input type="file" accept=".eml,message/rfc822" onChange={(event) => set_file(event.target.files?.[0] ?? null)} />
        </label>
        {!file && <Field label={t.message} hint={t.message_hint} value={message} onChange={set_message} rows={10} ltr />}
        <Field label={t.ip} hint={t.ip_hint} value={ip} onChange={set_ip} ltr />
        <Field label={t.mail_from} value={mail_from} onChange={set_mail_from} ltr />
        <Button look="primary" type="submit" isPending={busy} isDisabled={!file && message.trim() === ''}>
          {t.judge}
        </Button>
      </form>
      {error !== null && <Failed error={error} />}
      {verdict && <Shown verdict={verdict} />}
    </Page>
  );
}

function Shown({ verdict }: { verdict: Verdict }) {
  const { content } = verdict;
  return (
    <div role="status">
      <Section title={action_words[verdict.action]}>
        <p className="verdict">
          <State kind={action_kinds[verdict.action]}>
            <Words>{verdict.sentence}</Words>
          </State>
        </p>
        <p className="soft" dir="auto">
          {verdict.authentication.sentence}
        </p>
        {verdict.unchecked.map((line) => (
          <p key={line}>
            <Unknown why={`${t.unchecked} ${line}`} />
          </p>
        ))}
      </Section>
      <Section title={t.causes}>
        <Causes causes={verdict.causes} />
      </Section>
      {content && (
        <Section title={t.signals} note={t.score(number(content.score), number(content.tag_at), number(content.quarantine_at))}>
          <Scroll label={t.signals}>
            <table className="table">
              <thead>
                <tr>
                  <th className="num">{t.points}</th>
                  <th>{t.signal}</th>
                  <th>{t.evidence}</th>
                </tr>
              </thead>
              <tbody>
                {content.signals.map((signal) => (
                  <tr key={signal.code + signal.part + signal.evidence}>
                    <td className="num narrow">{number(signal.points)}</td>
                    <td>{language === 'ur' && signal.text_ur ? signal.text_ur : <Words>{signal.text}</Words>}</td>
                    <td>
                      <Words>{signal.evidence}</Words>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        </Section>
      )}
    </div>
  );
}
