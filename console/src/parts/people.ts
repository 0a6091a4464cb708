// Roles and permissions in words.
import { texts } from '../i18n/texts';
import type { AccountState, Permission, Role } from '../api/types';
import type { Kind } from './state';

const t = texts({
  owner: { en: 'Owner', ur: 'مالک' },
  administrator: { en: 'Administrator', ur: 'منتظم' },
  analyst: { en: 'Analyst', ur: 'تجزیہ کار' },
  auditor: { en: 'Auditor', ur: 'آڈیٹر' },
  helpdesk: { en: 'Helpdesk', ur: 'ہیلپ ڈیسک' },
  owner_may: { en: 'everything, of everybody', ur: 'سب کچھ، سب کا' },
  administrator_may: { en: 'everything of the organisations in scope', ur: 'دائرے کے اداروں کا سب کچھ' },
  analyst_may: { en: 'reads, audits, scans, works with the quarantine', ur: 'پڑھنا، آڈٹ، جانچ، قرنطینہ کا کام' },
  auditor_may: { en: 'reads everything, and who did what', ur: 'سب پڑھنا، اور کس نے کیا کیا' },
  helpdesk_may: { en: 'the quarantine alone', ur: 'صرف قرنطینہ' },
  invited: { en: 'invited', ur: 'مدعو' },
  active: { en: 'active', ur: 'فعال' },
  disabled: { en: 'disabled', ur: 'بند' },
  left: { en: 'left', ur: 'چلے گئے' },
  must_re_enrol: { en: 'must enrol anew', ur: 'دوبارہ اندراج لازم' },
  everything: { en: 'everything', ur: 'سب کچھ' },
  p_self: { en: 'own account', ur: 'اپنا اکاؤنٹ' },
  p_domains_read: { en: 'read domains', ur: 'ڈومین پڑھنا' },
  p_domains_write: { en: 'add and change domains', ur: 'ڈومین شامل اور تبدیل کرنا' },
  p_audits_run: { en: 'run audits', ur: 'آڈٹ چلانا' },
  p_fixes_read: { en: 'read fix plans', ur: 'درستی کے منصوبے پڑھنا' },
  p_fixes_publish: { en: 'publish in DNS', ur: 'DNS میں شائع کرنا' },
  p_reports_read: { en: 'read reports', ur: 'رپورٹیں پڑھنا' },
  p_reports_upload: { en: 'upload reports', ur: 'رپورٹیں ڈالنا' },
  p_senders_write: { en: 'say whose senders are', ur: 'بھیجنے والوں کی نشان دہی' },
  p_mail_read: { en: 'read live mail', ur: 'رواں ڈاک پڑھنا' },
  p_mail_scan: { en: 'have messages judged', ur: 'پیغامات جانچنا' },
  p_quarantine_read: { en: 'read the quarantine', ur: 'قرنطینہ پڑھنا' },
  p_quarantine_content: { en: 'read kept messages', ur: 'محفوظ پیغامات پڑھنا' },
  p_quarantine_release: { en: 'release messages', ur: 'پیغامات جاری کرنا' },
  p_quarantine_delete: { en: 'delete messages', ur: 'پیغامات حذف کرنا' },
  p_lists_read: { en: 'read lists', ur: 'فہرستیں پڑھنا' },
  p_lists_write: { en: 'write lists', ur: 'فہرستیں لکھنا' },
  p_organisations_read: { en: 'read organisations', ur: 'ادارے پڑھنا' },
  p_organisations_write: { en: 'change organisations', ur: 'ادارے تبدیل کرنا' },
  p_accounts_read: { en: 'read accounts', ur: 'اکاؤنٹ پڑھنا' },
  p_accounts_write: { en: 'change accounts', ur: 'اکاؤنٹ تبدیل کرنا' },
  p_tokens_write: { en: 'make tokens', ur: 'ٹوکن بنانا' },
  p_settings_read: { en: 'read settings', ur: 'ترتیبات پڑھنا' },
  p_settings_write: { en: 'change settings', ur: 'ترتیبات بدلنا' },
  p_audit_log_read: { en: 'read the audit log', ur: 'آڈٹ لاگ پڑھنا' },
  p_export: { en: 'export', ur: 'برآمد' },
  p_system_read: { en: 'see how the system is', ur: 'نظام کی حالت دیکھنا' },
});

export const roles: readonly Role[] = ['owner', 'administrator', 'analyst', 'auditor', 'helpdesk'];
export const role_words: Record<Role, string> = {
  owner: t.owner,
  administrator: t.administrator,
  analyst: t.analyst,
  auditor: t.auditor,
  helpdesk: t.helpdesk,
};
export const role_may: Record<Role, string> = {
  owner: t.owner_may,
  administrator: t.administrator_may,
  analyst: t.analyst_may,
  auditor: t.auditor_may,
  helpdesk: t.helpdesk_may,
};

export const account_states: readonly AccountState[] = ['active', 'invited', 'must-re-enrol', 'disabled', 'left'];
export const account_words: Record<AccountState, string> = {
  invited: t.invited,
  active: t.active,
  disabled: t.disabled,
  left: t.left,
  'must-re-enrol': t.must_re_enrol,
};
export const account_kinds: Record<AccountState, Kind> = {
  invited: 'warn',
  active: 'good',
  disabled: 'plain',
  left: 'plain',
  'must-re-enrol': 'warn',
};

export const permission_words = (permission: Permission): string => t[`p_${permission.replace(/[.-]/g, '_')}` as keyof typeof t];

export function scope_words(scope: { everything: boolean; organisations: readonly { name: string }[] }): string {
  return scope.everything ? t.everything : scope.organisations.map((each) => each.name).join(', ') || '–';
}
