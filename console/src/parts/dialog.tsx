import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { Dialog as AriaDialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import type { ReactNode } from 'react';

export function Dialog(props: {
  title: ReactNode;
  open: boolean;
  on_close: () => void;
  children: ReactNode;
  wide?: boolean;
  alert?: boolean;
}) {
  return (
    <ModalOverlay
      className="veil"
      isOpen={props.open}
      isDismissable={!props.alert}
      onOpenChange={(open) => {
        if (!open) props.on_close();
      }}
    >
      <Modal className={props.wide ? 'dialog dialog-wide' : 'dialog'}>
        <AriaDialog role={props.alert ? 'alertdialog' : 'dialog'}>
          <Heading slot="title">{props.title}</Heading>
          {props.children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
