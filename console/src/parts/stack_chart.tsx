// Counts over time, stacked: delivered below, what was stopped above it. Time runs from left to right in every language. The
// numbers stand beside the picture as a legend with totals, so nothing is told by colour alone.
import { useEffect, useMemo, useRef, useState } from 'react';
import type uPlot from 'uplot';
import type { RateBucket } from '../api/types';
import { clock, compact, number, short_day } from '../i18n/format';
import { texts } from '../i18n/texts';
import { action_words } from './status';
import './stack_chart.css';

export interface Annotation {
  at: string;
  text: string;
}

const series = ['accept', 'tempfail', 'quarantine', 'reject'] as const;
const colours = {
  accept: '--chart-delivered',
  tempfail: '--chart-deferred',
  quarantine: '--chart-quarantined',
  reject: '--chart-rejected',
} as const;

const t = texts({
  total: {
    en: (all: string, from: string, to: string) => `${all} messages, ${from} to ${to}`,
    ur: (all: string, from: string, to: string) => `${all} پیغامات، ${from} تا ${to}`,
  },
  of: { en: (part: string, all: string) => `${part} of ${all}`, ur: (part: string, all: string) => `${all} میں سے ${part}` },
});

const bottom_up = (buckets: readonly RateBucket[]): number[][] => {
  const heights = buckets.map(() => 0);
  return series.map((name) =>
    buckets.map((bucket, i) => {
      heights[i] = (heights[i] ?? 0) + bucket[name];
      return heights[i] ?? 0;
    }),
  );
};

function options(
  width: number,
  height: number,
  step: number,
  annotations: readonly Annotation[],
  plot: typeof uPlot,
  hover: (i: number | null) => void,
): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const bars = plot.paths.bars?.({ size: [0.82, 64], align: 1 });
  const axis = { stroke: colour('--text-faint'), font: '12px "Source Sans 3 Variable", sans-serif' };
  return {
    width,
    height,
    padding: [18, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    scales: {
      x: { time: true, range: (_, low, high) => [low, high + step] },
      y: { range: (_, __, high) => [0, Math.max(4, high * 1.08)] },
    },
    axes: [
      {
        ...axis,
        size: 30,
        // No two marks within one bar: they would say the same time.
        incrs: [60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400].filter((each) => each >= step),
        grid: { show: false },
        ticks: { stroke: colour('--line'), size: 4 },
        values: (_, marks) =>
          marks.map((mark) => (new Date(mark * 1000).getHours() === 0 && step >= 3600 ? short_day(mark * 1000) : clock(mark * 1000))),
      },
      {
        ...axis,
        size: 46,
        grid: { stroke: colour('--line'), width: 1 },
        ticks: { show: false },
        values: (_, marks) => marks.map((mark) => (Number.isInteger(mark) ? compact(mark) : '')),
      },
    ],
    // Drawn from the highest to the lowest, each over the one before.
    series: [
      {},
      ...[...series].reverse().map((name) => ({
        fill: colour(colours[name]),
        stroke: colour(colours[name]),
        width: 0,
        points: { show: false },
        ...(bars ? { paths: bars } : {}),
      })),
    ],
    hooks: {
      setCursor: [(chart) => hover(chart.cursor.idx ?? null)],
      draw: [
        (chart) => {
          const { ctx, bbox } = chart;
          ctx.save();
          ctx.strokeStyle = colour('--text-soft');
          ctx.fillStyle = colour('--text-soft');
          ctx.font = `600 ${11 * devicePixelRatio}px "Source Sans 3 Variable", sans-serif`;
          ctx.textAlign = 'center';
          annotations.forEach((annotation, i) => {
            const x = Math.round(chart.valToPos(new Date(annotation.at).getTime() / 1000, 'x', true));
            if (x < bbox.left || x > bbox.left + bbox.width) return;
            ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
            ctx.beginPath();
            ctx.moveTo(x, bbox.top);
            ctx.lineTo(x, bbox.top + bbox.height);
            ctx.stroke();
            ctx.fillText(String(i + 1), x, bbox.top - 5 * devicePixelRatio);
          });
          ctx.restore();
        },
      ],
    },
  };
}

const moment = (time: string | number, long: boolean) => (long ? `${short_day(time)} ${clock(time)}` : clock(time));

export function StackChart(props: { buckets: readonly RateBucket[]; step: number; annotations?: readonly Annotation[]; height?: number }) {
  const { buckets, step, annotations = [], height = 180 } = props;
  const place = useRef<HTMLDivElement>(null);
  const [hovered, set_hovered] = useState<number | null>(null);
  const [shown, set_shown] = useState(0); // Counts re-drawings: theme or size.
  const data = useMemo(() => {
    const sums = bottom_up(buckets);
    return [buckets.map((bucket) => new Date(bucket.at).getTime() / 1000), ...sums.reverse()] as uPlot.AlignedData;
  }, [buckets]);

  useEffect(() => {
    const redraw = () => set_shown((n) => n + 1);
    window.addEventListener('rampart.theme', redraw);
    return () => window.removeEventListener('rampart.theme', redraw);
  }, []);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    let chart: uPlot | null = null;
    let gone = false;
    const watch = new ResizeObserver(() => chart?.setSize({ width: element.clientWidth, height }));
    void Promise.all([import('uplot'), import('uplot/dist/uPlot.min.css')]).then(([{ default: plot }]) => {
      if (gone) return;
      chart = new plot(options(element.clientWidth, height, step, annotations, plot, set_hovered), data, element);
      watch.observe(element);
    });
    return () => {
      gone = true;
      watch.disconnect();
      chart?.destroy();
    };
  }, [data, step, annotations, height, shown]);

  const chosen = hovered === null ? buckets : buckets.slice(hovered, hovered + 1);
  const sum = (name: (typeof series)[number]) => chosen.reduce((all, bucket) => all + bucket[name], 0);
  const all = series.reduce((total, name) => total + sum(name), 0);
  const first = chosen[0];
  const last = chosen[chosen.length - 1];
  const long = chosen.length * step > 20 * 3600;
  return (
    <figure className="chart">
      <div ref={place} className="chart-place" dir="ltr" style={{ blockSize: `${height}px` }} aria-hidden="true" />
      <figcaption className="chart-legend">
        <span className="soft">
          {first && last && t.total(number(all), moment(first.at, long), moment(new Date(last.at).getTime() + step * 1000, long))}
        </span>
        {series.map((name) => (
          <span key={name} className="chart-key" title={t.of(number(sum(name)), number(all))}>
            <span className={`chart-swatch chart-${name}`} aria-hidden="true" />
            {action_words[name]} <strong>{number(sum(name))}</strong>
          </span>
        ))}
      </figcaption>
      {annotations.length > 0 && (
        <ol className="chart-notes">
          {annotations.map((annotation, i) => (
            <li key={annotation.at + annotation.text}>
              <span className="strong">{i + 1}</span> {clock(annotation.at)} <bdi dir="auto">{annotation.text}</bdi>
            </li>
          ))}
        </ol>
      )}
    </figure>
  );
}
