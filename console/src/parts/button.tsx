import { Button as AriaButton, type ButtonProps as AriaProps } from 'react-aria-components/Button';
import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon';

export interface ButtonProps extends Omit<AriaProps, 'children' | 'className' | 'style'> {
  look?: 'primary' | 'plain' | 'quiet' | 'danger';
  icon?: IconName;
  children?: ReactNode;
  className?: string;
  title?: string;
}

// What does something. What goes somewhere is a Link.
export function Button({ look = 'plain', icon, children, className = '', isPending, title, ...rest }: ButtonProps) {
  return (
    <AriaButton
      {...rest}
      isPending={isPending ?? false}
      className={`button button-${look} ${children === undefined ? 'button-bare' : ''} ${className}`}
      {...(title === undefined ? {} : { 'aria-label': rest['aria-label'] ?? (children === undefined ? title : undefined) })}
    >
      {isPending ? <span className="spinner" aria-hidden="true" /> : icon && <Icon name={icon} />}
      {children !== undefined && <span>{children}</span>}
    </AriaButton>
  );
}
