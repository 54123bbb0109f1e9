import { IconExternalLink } from '@tabler/icons-react';
import type { WatchedPlace } from '../../../shared/model/connection.ts';
import classes from './connectors.module.css';

const kinds: Record<WatchedPlace['kind'], readonly [one: string, many: string]> = {
  channel: ['channel', 'channels'],
  page: ['page', 'pages'],
  file: ['file', 'files'],
  space: ['space', 'spaces'],
  site: ['site', 'sites'],
};

const namedPlaces = 2;

/** By name as long as they are few; else `3 channels`, `1 space, 4 pages`. */
export function watchedWords(places: readonly WatchedPlace[]): string {
  if (places.length <= namedPlaces) return places.map(({ name }) => name).join(', ');
  const counts = Map.groupBy(places, ({ kind }) => kind);
  return [...counts].map(([kind, { length }]) => `${length} ${kinds[kind][length === 1 ? 0 : 1]}`).join(', ');
}

const listedPlaces = 12;

/** The channels that are listened to or the pages that are read, with the way to each. */
export function WatchedPlaces({ places }: { places: readonly WatchedPlace[] }) {
  const more = places.length - listedPlaces;
  return (
    <ul className={classes.places} data-testid="watched-places">
      {places.slice(0, listedPlaces).map(({ id, name, url, kind }) => (
        <li key={`${kind} ${id}`}>
          {url === null ? (
            name
          ) : (
            <a href={url} target="_blank" rel="noreferrer">
              {name}
              <IconExternalLink size={13} aria-hidden />
            </a>
          )}
        </li>
      ))}
      {more > 0 && <li className={classes.muted}>and {more} more</li>}
    </ul>
  );
}
