// What every dialog with a form does: one act at a time, what failed is said, what was typed stays.
import { useState, type FormEvent, type ReactNode } from 'react';
import { Button } from './button';
import { Dialog } from './dialog';
import { Failed } from './loaded';
import { words } from './texts';

export function use_act() {
  const [busy, set_busy] = useState(false);
  const [error, set_error] = useState<unknown>(null);
  const act = async (what: () => Promise<unknown>): Promise<boolean> => {
    set_busy(true);
    set_error(null);
    try {
      await what();
      return true;
    } catch (failed) {
      set_error(failed);
      return false;
    } finally {
      set_busy(false);
    }
  };
  return { busy, error, act };
}

export function FormDialog(props: {
  title: string;
  lead?: ReactNode;
  submit: string;
  ready?: boolean;
  danger?: boolean;
  wide?: boolean;
  on_submit: () => Promise<unknown>;
  on_close: () => void;
  children?: ReactNode;
  more?: ReactNode; // further buttons
}) {
  const { busy, error, act } = use_act();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (props.ready === false) return;
    if (await act(props.on_submit)) props.on_close();
  };
  return (
    <Dialog title={props.title} open on_close={props.on_close} wide={props.wide ?? false}>
      <form className="stack" onSubmit={(event) => void submit(event)}>
        {props.lead && <div className="soft">{props.lead}</div>}
        {props.children}
        {error !== null && <Failed error={error} />}
        <div className="dialog-actions form-actions">
          {props.more}
          <Button onPress={props.on_close}>{words.cancel}</Button>
          <Button look={props.danger ? 'danger' : 'primary'} type="submit" isPending={busy} isDisabled={props.ready === false}>
            {props.submit}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

// A button for what cannot be undone: it asks once more, on the spot.
export function Sure(props: { name: string; sure: string; act: () => Promise<unknown>; quiet?: boolean }) {
  const [asked, set_asked] = useState(false);
  const { busy, error, act } = use_act();
  return (
    <span className="row">
      <Button
        look={asked ? 'danger' : props.quiet ? 'quiet' : 'plain'}
        isPending={busy}
        onPress={() => {
          if (asked) void act(props.act).then(() => set_asked(false));
          else set_asked(true);
        }}
        onBlur={() => set_asked(false)}
      >
        {asked ? props.sure : props.name}
      </Button>
      {error !== null && <Failed error={error} />}
    </span>
  );
}
