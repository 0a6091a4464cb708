import { use_may } from '../../api/session';
import type { Permission } from '../../api/types';
import { Page, Tabs } from '../../parts/page';
import { at, type Values } from '../../router/router';
import { AllSettings } from './all';
import { Lists } from './lists';
import { Reports } from './reports';
import { System } from './system';
import { t } from './texts';
import './settings.css';

const tabs: readonly { name: 'all' | 'lists' | 'reports' | 'system'; permission: Permission }[] = [
  { name: 'all', permission: 'settings.read' },
  { name: 'lists', permission: 'lists.read' },
  { name: 'reports', permission: 'reports.read' },
  { name: 'system', permission: 'system.read' },
];

export default function Settings({ values }: { values: Values }) {
  const may = use_may();
  const allowed = tabs.filter((tab) => may(tab.permission));
  const current = allowed.find((tab) => tab.name === values.tab)?.name ?? allowed[0]?.name;
  return (
    <Page title={t.title}>
      <Tabs
        label={t.tabs}
        tabs={allowed.map(({ name }) => ({
          to: name === 'all' ? '/settings' : at`/settings/${name}`,
          name: t[name],
          current: name === current,
        }))}
      />
      {current === 'all' && <AllSettings />}
      {current === 'lists' && <Lists />}
      {current === 'reports' && <Reports />}
      {current === 'system' && <System />}
    </Page>
  );
}
