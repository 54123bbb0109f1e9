import { Modal } from '@mantine/core';
import { Key } from '../../components/blocks.tsx';
import classes from './shell.module.css';

const groups: readonly { title: string; keys: readonly (readonly [string, readonly string[]])[] }[] = [
  {
    title: 'In the queue',
    keys: [
      ['Next, previous', ['j', 'k']],
      ['Open', ['Enter']],
      ['Back', ['Esc']],
      ['Search', ['/']],
      ['Select', ['x']],
      ['Next view, previous view', [']', '[']],
    ],
  },
  {
    title: 'Deciding',
    keys: [
      ['Approve', ['a']],
      ['Reject', ['r']],
      ['Return with a question', ['t']],
      ['Withdraw what is not sent', ['u']],
      ['Comment, on a request', ['m']],
      ['Confirm a note', ['Ctrl', 'Enter']],
    ],
  },
  {
    title: 'Going places',
    keys: [
      ['Queue', ['g', 'q']],
      ['Form', ['g', 'f']],
      ['Sandbox', ['g', 's']],
      ['Connectors', ['g', 'c']],
      ['At this desk: what waits', ['g', 'o']],
      ['New request', ['c']],
    ],
  },
  {
    title: 'Everywhere',
    keys: [
      ['Find or do', ['Ctrl', 'K']],
      ['This sheet', ['?']],
    ],
  },
];

export function ShortcutSheet({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title="Keyboard"
      size="lg"
      styles={{ title: { fontWeight: 600 } }}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <div className={classes.keys}>
        {groups.map(({ title, keys }) => (
          <section key={title}>
            <h3>{title}</h3>
            <ul>
              {keys.map(([words, names]) => (
                <li key={words}>
                  <span>{words}</span>
                  <span>
                    {names.map((name) => (
                      <Key key={name}>{name}</Key>
                    ))}
                  </span>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Modal>
  );
}
