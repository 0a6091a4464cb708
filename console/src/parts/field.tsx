import { TextField, type TextFieldProps } from 'react-aria-components/TextField';
import { Label } from 'react-aria-components/Label';
import { Input } from 'react-aria-components/Input';
import { TextArea } from 'react-aria-components/TextArea';
import { Text } from 'react-aria-components/Text';
import type { InputHTMLAttributes, ReactNode } from 'react';

export interface FieldProps extends Omit<TextFieldProps, 'children' | 'className' | 'style'> {
  label: string;
  hint?: ReactNode;
  error?: ReactNode;
  rows?: number;
  ltr?: boolean; // addresses, codes, records
  input?: InputHTMLAttributes<HTMLInputElement>;
}

// What is wrong is said by `error` alone: the browser's own checks would keep a form from being sent a second time.
export function Field({ label, hint, error, rows, ltr = false, input, ...rest }: FieldProps) {
  const direction = ltr ? { dir: 'ltr' as const } : {};
  return (
    <TextField {...rest} validationBehavior="aria" isInvalid={Boolean(error)} className="field">
      <Label>{label}</Label>
      {rows ? <TextArea rows={rows} {...direction} /> : <Input {...input} {...direction} />}
      {hint && (
        <Text slot="description" className="field-hint">
          {hint}
        </Text>
      )}
      {error && (
        <Text slot="errorMessage" className="field-error">
          {error}
        </Text>
      )}
    </TextField>
  );
}

export interface Option {
  value: string;
  name: string;
}

// The browser's own list: small, known to every keyboard and telephone.
export function Choice(props: {
  label: string;
  value: string;
  options: readonly Option[];
  onChange: (value: string) => void;
  inline?: boolean;
  disabled?: boolean;
}) {
  return (
    <label className={props.inline ? 'choice choice-inline' : 'choice field'}>
      <span>{props.label}</span>
      <select value={props.value} disabled={props.disabled} onChange={(event) => props.onChange(event.target.value)}>
        {props.options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.name}
          </option>
        ))}
      </select>
    </label>
  );
}

export function Check(props: { label: ReactNode; checked: boolean; onChange: (checked: boolean) => void; disabled?: boolean }) {
  return (
    <label className="check">
      <input type="checkbox" checked={props.checked} disabled={props.disabled} onChange={(event) => props.onChange(event.target.checked)} />
      <span>{props.label}</span>
    </label>
  );
}
