// biome-ignore-all lint/a11y/useSemanticElements: a table's own elements cannot be virtualised rows of a CSS grid
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names its active row
import { Skeleton } from '@mantine/core';
import { type Row, useTable } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useEffectEvent, useLayoutEffect, useMemo, useRef } from 'react';
import { finalStatuses, type RequestRow } from '../../../shared/model/request.ts';
import { Late } from '../../components/late.tsx';
import { useQueue, useRequests, useStores } from '../../stores/app-stores.tsx';
import { rowsMoved } from '../../stores/queue-rows.ts';
import { navigate } from '../../stores/route.ts';
import classes from './queue.module.css';
import { queueColumns, queueFeatures } from './queue-columns.tsx';
import { QueueEmpty } from './queue-empty.tsx';
import { UnsentForms } from './unsent-forms.tsx';

const rowHeightPx = 52;
const headHeightPx = 28;
/** So many rows before the end the next page is read. */
const readAheadRows = 20;

export function QueueList() {
  const ids = useQueue((queue) => queue.ids);
  const problem = useQueue((queue) => queue.problem);
  return (
    <div className={classes.pane}>
      {problem && (
        <p className={classes.problem} role="alert">
          {problem}
        </p>
      )}
      <UnsentForms />
      {ids === null ? <QueueSkeleton /> : ids.length === 0 ? <QueueEmpty /> : <QueueGrid ids={ids} />}
    </div>
  );
}

function QueueGrid({ ids }: { ids: readonly string[] }) {
  const { queue } = useStores();
  const rows = useRequests((requests) => requests.rows);
  const activeId = useQueue((state) => state.activeId);
  const view = useQueue((state) => state.view);
  const nextCursor = useQueue((state) => state.nextCursor);
  const scroller = useRef<HTMLDivElement>(null);

  const data = useMemo(
    () => ids.map((id) => rows[id]).filter((row): row is RequestRow => row !== undefined),
    [ids, rows],
  );
  const table = useTable({
    features: queueFeatures,
    columns: queueColumns,
    data,
    getRowId: (row) => row.request_id,
  });
  const tableRows = table.getRowModel().rows;
  const virtualizer = useVirtualizer({
    count: tableRows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeightPx,
    getItemKey: (index) => tableRows[index]?.id ?? index,
    overscan: 12,
    scrollMargin: headHeightPx,
    scrollPaddingStart: headHeightPx,
  });
  const items = virtualizer.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;

  useEffect(() => {
    if (nextCursor !== null && lastShown >= tableRows.length - readAheadRows) {
      void queue.getState().loadMore();
    }
  }, [queue, nextCursor, lastShown, tableRows.length]);

  // Keys go to the list after a view was chosen with the mouse, but never away from where somebody types.
  useEffect(() => {
    if (!document.activeElement?.closest('input, textarea, [role=dialog]')) {
      scroller.current?.focus({ preventScroll: true });
    }
  }, [view]);

  // Only a step scrolls to the active row; a refresh that moves it does not.
  const showRow = useEffectEvent((requestId: string) => {
    const index = ids.indexOf(requestId);
    if (index >= 0) virtualizer.scrollToIndex(index, { align: 'auto' });
  });
  useEffect(() => {
    if (activeId !== null) showRow(activeId);
  }, [activeId]);

  // Rows that come or go above leave those that one reads where they are; at the top the new ones come into view.
  const shownIds = useRef(ids);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element && element.scrollTop > 0) {
      const top = Math.floor(element.scrollTop / rowHeightPx);
      element.scrollTop += rowsMoved(shownIds.current, ids, top) * rowHeightPx;
    }
    shownIds.current = ids;
  }, [ids]);

  return (
    <div
      ref={scroller}
      className={classes.grid}
      role="grid"
      aria-label="Requests"
      aria-rowcount={nextCursor === null ? tableRows.length + 1 : -1}
      aria-activedescendant={activeId ? rowDomId(activeId) : undefined}
      tabIndex={0}
      data-testid="queue-grid"
    >
      <div className={`${classes.cells} ${classes.head}`} role="row">
        {table.getHeaderGroups()[0]?.headers.map((header) => (
          <div key={header.id} role="columnheader" className={classes.cell} data-column={header.column.id}>
            {headWords(header.column.id) ?? <table.FlexRender header={header} />}
          </div>
        ))}
      </div>
      <div className={classes.body} role="rowgroup" style={{ height: virtualizer.getTotalSize() }}>
        {items.map((item) => {
          const row = tableRows[item.index];
          return (
            row && (
              <QueueRow
                key={row.id}
                row={row}
                index={item.index}
                offsetPx={item.start - headHeightPx}
                isActive={row.id === activeId}
              >
                {row.getAllCells().map((cell) => (
                  <div key={cell.id} role="gridcell" className={classes.cell} data-column={cell.column.id}>
                    <table.FlexRender cell={cell} />
                  </div>
                ))}
              </QueueRow>
            )
          );
        })}
      </div>
    </div>
  );
}

const rowDomId = (requestId: string): string => `queue-row-${requestId}`;

/** Columns whose head is a mark only: screen readers hear a word. */
function headWords(columnId: string) {
  if (columnId === 'pick') return <span aria-label="Selected" role="img" />;
  if (columnId === 'priority') return <span aria-label="Priority" role="img" />;
  return null;
}

interface QueueRowProps {
  row: Row<typeof queueFeatures, RequestRow>;
  index: number;
  offsetPx: number;
  isActive: boolean;
  children: React.ReactNode;
}

function QueueRow({ row, index, offsetPx, isActive, children }: QueueRowProps) {
  const { queue } = useStores();
  const isPicked = useQueue(({ picked }) => picked.includes(row.id));
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys are heard by the screen
    <div
      id={rowDomId(row.id)}
      role="row"
      tabIndex={-1}
      className={`${classes.cells} ${classes.row}`}
      style={{ transform: `translateY(${offsetPx}px)` }}
      aria-rowindex={index + 2}
      aria-selected={isActive}
      data-active={isActive || undefined}
      data-picked={isPicked || undefined}
      data-done={finalStatuses.includes(row.original.status) || undefined}
      data-request={row.id}
      data-status={row.original.status}
      data-testid="queue-row"
      onClick={() => queue.getState().activate(row.id)}
      onDoubleClick={() => navigate({ screen: 'request', requestId: row.id })}
    >
      {children}
    </div>
  );
}

function QueueSkeleton() {
  return (
    <Late>
      <div role="status" aria-label="Reading the queue">
        {Array.from({ length: 12 }, (_, index) => (
          <div key={index.toString()} className={classes.skeletonRow}>
            <Skeleton height={11} width={`${34 + ((index * 17) % 28)}%`} animate={false} />
            <Skeleton height={9} width={`${52 + ((index * 23) % 35)}%`} animate={false} />
          </div>
        ))}
      </div>
    </Late>
  );
}
