import { notifications } from '@mantine/notifications';

const closeButtonProps = { 'aria-label': 'Dismiss' };

/** Says what failed, in words, until it is dismissed or ten seconds have passed. */
export function showProblem(title: string, words: string): void {
  notifications.show({
    title,
    message: words,
    color: 'red',
    autoClose: 10_000,
    role: 'alert',
    closeButtonProps,
  });
}

export function showDone(message: string): void {
  notifications.show({ message, color: 'accent', autoClose: 3_500, closeButtonProps });
}
