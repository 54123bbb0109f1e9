/** The account that Switchyard posts with, as Entra knows it. */
export const ownAccount = {
  id: 't-switchyard',
  name: 'Switchyard',
  email: 'switchyard@sandbox.example',
} as const;
