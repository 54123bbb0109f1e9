/** Whom the program acts as, however it signs in. Its licence owns no leads, so that it is in no list of owners. */
export const actingUser = {
  Id: '005000000000SYSAA2',
  Name: 'Switchyard Integration',
  Username: 'switchyard@acme.example',
  Email: 'switchyard@acme.example',
  IsActive: true,
  UserType: 'CsnOnly',
} as const;
