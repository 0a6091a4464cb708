// Every place: its path, who may see it, and where its code is. Code comes when the place is opened.
import { lazy, type ComponentType, type LazyExoticComponent } from 'react';
import type { Permission } from '../api/types';
import type { IconName } from '../parts/icon';
import { match, type Values } from '../router/router';
import { t } from './texts';

type Module = { default: ComponentType<{ values: Values }> };
export interface Place {
  path: string;
  permission: Permission;
  load: () => Promise<Module>;
  View: LazyExoticComponent<ComponentType<{ values: Values }>>;
}

function place(path: string, permission: Permission, load: () => Promise<unknown>): Place {
  const typed = load as () => Promise<Module>;
  return { path, permission, load: typed, View: lazy(typed) };
}

export const places: readonly Place[] = [
  place('/', 'domains.read', () => import('../places/overview')),
  place('/domains', 'domains.read', () => import('../places/domains')),
  place('/domains/:domain/:tab?', 'domains.read', () => import('../places/domain')),
  place('/senders/:id?', 'reports.read', () => import('../places/senders')),
  place('/mail', 'mail.read', () => import('../places/live')),
  place('/mail/:id', 'mail.read', () => import('../places/message')),
  place('/scan', 'mail.scan', () => import('../places/scan')),
  place('/quarantine', 'quarantine.read', () => import('../places/quarantine')),
  place('/quarantine/:id/:tab?', 'quarantine.read', () => import('../places/message/kept')),
  place('/advice/:domain?', 'domains.read', () => import('../places/advice')),
  place('/organisations/:id?', 'organisations.read', () => import('../places/organisations')),
  place('/accounts/:id?', 'accounts.read', () => import('../places/accounts')),
  place('/tokens', 'self', () => import('../places/tokens')),
  place('/audit-log', 'audit-log.read', () => import('../places/audit_log')),
  place('/settings/:tab?', 'settings.read', () => import('../places/settings')),
  place('/account/:tab?', 'self', () => import('../places/account')),
];

export function find_place(path: string): { place: Place; values: Values } | null {
  for (const each of places) {
    const values = match(each.path, path);
    if (values) return { place: each, values };
  }
  return null;
}

export interface RailEntry {
  to: string;
  name: string;
  icon: IconName;
  permission: Permission;
}

export const rail_first: readonly RailEntry[] = [
  { to: '/', name: t.overview, icon: 'overview', permission: 'domains.read' },
  { to: '/domains', name: t.domains, icon: 'domains', permission: 'domains.read' },
  { to: '/senders', name: t.senders, icon: 'senders', permission: 'reports.read' },
  { to: '/mail', name: t.mail, icon: 'live', permission: 'mail.read' },
  { to: '/quarantine', name: t.quarantine, icon: 'quarantine', permission: 'quarantine.read' },
  { to: '/advice', name: t.advice, icon: 'advice', permission: 'domains.read' },
];
export const rail_second: readonly RailEntry[] = [
  { to: '/organisations', name: t.organisations, icon: 'organisations', permission: 'organisations.read' },
  { to: '/accounts', name: t.accounts, icon: 'accounts', permission: 'accounts.read' },
  { to: '/tokens', name: t.tokens, icon: 'token', permission: 'tokens.write' },
  { to: '/audit-log', name: t.log, icon: 'log', permission: 'audit-log.read' },
  { to: '/settings', name: t.settings, icon: 'settings', permission: 'settings.read' },
];
