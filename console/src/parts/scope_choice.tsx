import { use_organisations } from './organisation_choice';
import { Check } from './field';
import { Words } from './name';
import { texts } from '../i18n/texts';

const t = texts({
  scope: { en: 'Sees', ur: 'دیکھتا ہے' },
  everything: { en: 'Everything', ur: 'سب کچھ' },
  only: { en: 'Or only these organisations:', ur: 'یا صرف یہ ادارے:' },
});

export interface ScopeValue {
  everything: boolean;
  organisations: string[];
}

export function ScopeChoice({ value, onChange }: { value: ScopeValue; onChange: (value: ScopeValue) => void }) {
  const organisations = use_organisations().data?.items ?? [];
  return (
    <fieldset className="scope">
      <legend>{t.scope}</legend>
      <Check label={t.everything} checked={value.everything} onChange={(everything) => onChange({ ...value, everything })} />
      {!value.everything && organisations.length > 0 && (
        <>
          <span className="soft">{t.only}</span>
          <div className="scope-list">
            {organisations.map((each) => (
              <Check
                key={each.id}
                label={<Words>{each.name}</Words>}
                checked={value.organisations.includes(each.id)}
                onChange={(on) =>
                  onChange({
                    ...value,
                    organisations: on ? [...value.organisations, each.id] : value.organisations.filter((id) => id !== each.id),
                  })
                }
              />
            ))}
          </div>
        </>
      )}
    </fieldset>
  );
}

export const scope_is_said = (value: ScopeValue): boolean => value.everything || value.organisations.length > 0;
