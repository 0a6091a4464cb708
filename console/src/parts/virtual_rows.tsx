// A list of any length: pages come by cursor as they are scrolled to, and only what is seen is in the document. The page itself
// scrolls, so that the browser's own keys, search and going back work as everywhere.
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { number } from '../i18n/format';
import { texts } from '../i18n/texts';
import { Failed, Skeleton } from './loaded';
import './virtual_rows.css';

export interface ListPage<T> {
  items: T[];
  next: string | null;
  total: number | null;
}

const t = texts({
  shown: {
    en: (shown: number, total: number | null) => (total === null ? `${number(shown)} shown` : `${number(total)} in all`),
    ur: (shown: number, total: number | null) => (total === null ? `${number(shown)} دکھائے گئے` : `کل ${number(total)}`),
  },
  end: { en: 'That is all.', ur: 'بس یہی ہے۔' },
});

// "12,345 in all"; how many are shown where nobody counted.
export function Total<T>({ query }: { query: UseInfiniteQueryResult<InfiniteData<ListPage<T>>> }) {
  const pages = query.data?.pages;
  if (!pages) return null;
  const shown = pages.reduce((all, page) => all + page.items.length, 0);
  return (
    <span className="soft" role="status">
      {t.shown(shown, pages[0]?.total ?? null)}
    </span>
  );
}

export interface Column<T> {
  id: string;
  head: ReactNode;
  cell: (item: T) => ReactNode;
  width: string; // of a grid track
  end?: boolean; // numbers
  from?: 'wide' | 'middle'; // the narrowest screen that shows it
}

export function VirtualRows<T>(props: {
  query: UseInfiniteQueryResult<InfiniteData<ListPage<T>>>;
  columns: readonly Column<T>[];
  row_key: (item: T) => string;
  on_row?: (item: T) => void;
  ahead?: readonly T[]; // what came since the first page was asked for
  label: string;
  empty: ReactNode;
  row_height?: number;
  row_class?: (item: T) => string;
}) {
  const { query, columns } = props;
  const list = useRef<HTMLDivElement>(null);
  const [margin, set_margin] = useState(0);
  const pages = query.data?.pages ?? [];
  const paged = pages.flatMap((page) => page.items);
  const items = props.ahead?.length ? [...props.ahead, ...paged] : paged;
  const more = query.hasNextPage;
  const count = items.length + (more ? 8 : 0);
  useLayoutEffect(() => {
    set_margin((list.current?.getBoundingClientRect().top ?? 0) + window.scrollY);
  }, [query.isSuccess]);
  const estimate = props.row_height ?? 40;
  const rows = useWindowVirtualizer({
    count,
    estimateSize: () => estimate,
    overscan: 12,
    scrollMargin: margin,
    getItemKey: (index) => {
      const item = items[index];
      return item ? props.row_key(item) : `more-${index}`;
    },
  });
  const seen = rows.getVirtualItems();
  const last = seen[seen.length - 1]?.index ?? 0;
  const { fetchNextPage, isFetchingNextPage } = query;
  useEffect(() => {
    // A page ahead of the eye.
    if (more && !isFetchingNextPage && last >= items.length - 60) void fetchNextPage();
  }, [more, isFetchingNextPage, last, items.length, fetchNextPage]);

  if (query.isError && !query.data) return <Failed error={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton lines={14} />;
  if (items.length === 0) return <>{props.empty}</>;
  const total = pages[0]?.total ?? null;
  const column_class = (column: Column<T>) => `${column.end ? 'cell-end' : ''} ${column.from ? `cell-${column.from}` : ''}`;
  const tracks = {
    '--tracks': columns.map((column) => column.width).join(' '),
    '--tracks-middle': columns
      .filter((column) => column.from !== 'wide')
      .map((column) => column.width)
      .join(' '),
    '--tracks-narrow': columns
      .filter((column) => column.from === undefined)
      .map((column) => column.width)
      .join(' '),
  } as React.CSSProperties;
  return (
    <div
      className="rows"
      role="table"
      aria-label={props.label}
      aria-rowcount={total ?? -1}
      style={tracks}
      data-fetching={query.isPlaceholderData || undefined}
    >
      <div role="rowgroup" className="rows-head">
        <div role="row" className="rows-row">
          {columns.map((column) => (
            <div key={column.id} role="columnheader" className={column_class(column)}>
              {column.head}
            </div>
          ))}
        </div>
      </div>
      <div role="rowgroup" ref={list} className="rows-body" style={{ blockSize: `${rows.getTotalSize()}px` }}>
        {seen.map((seen_row) => {
          const item = items[seen_row.index];
          const place = { transform: `translateY(${seen_row.start - rows.options.scrollMargin}px)` };
          if (!item) {
            return (
              <div
                key={seen_row.key}
                role="presentation"
                className="rows-row rows-coming"
                style={place}
                ref={rows.measureElement}
                data-index={seen_row.index}
              >
                <span className="skeleton-line" />
              </div>
            );
          }
          return (
            <div
              key={seen_row.key}
              role="row"
              aria-rowindex={seen_row.index + 1}
              className={`rows-row ${props.on_row ? 'rows-open' : ''} ${props.row_class?.(item) ?? ''}`}
              style={place}
              ref={rows.measureElement}
              data-index={seen_row.index}
              onClick={(event) => {
                // Links and boxes in the row have their own meaning; selected text is being copied.
                if (!props.on_row || (event.target as HTMLElement).closest('a, button, input, label')) return;
                if (window.getSelection()?.toString()) return;
                props.on_row(item);
              }}
            >
              {columns.map((column) => (
                <div key={column.id} role="cell" className={column_class(column)}>
                  {column.cell(item)}
                </div>
              ))}
            </div>
          );
        })}
      </div>
      {query.isFetchNextPageError && <Failed error={query.error} retry={() => void fetchNextPage()} />}
      {!more && items.length > 40 && <p className="rows-end faint">{t.end}</p>}
    </div>
  );
}
