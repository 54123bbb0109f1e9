import { z } from 'zod';

/** The parts of HubSpot's answers that are read, as the SDK hands them over. */
const Paging = z.object({ next: z.object({ after: z.string() }).optional() }).optional();
/** HubSpot writes some ids as numbers. */
const Id = z.union([z.string(), z.number().transform(String)]);

export const IdsPage = z.object({ results: z.array(z.object({ id: z.string() })), paging: Paging });

export const Contact = z.object({
  id: z.string(),
  archived: z.boolean().optional(),
  properties: z.record(z.string(), z.string().nullable()),
});
export const Objects = z.object({ results: z.array(Contact) });

export const History = z.object({
  propertiesWithHistory: z.object({
    hubspot_owner_id: z.array(z.object({ value: z.string(), timestamp: z.date() })).default([]),
  }),
});

export const Owner = z.object({
  id: z.string(),
  type: z.string(),
  email: z.string().optional(),
  firstName: z.string().optional(),
  lastName: z.string().optional(),
  archived: z.boolean(),
  teams: z.array(z.object({ name: z.string(), primary: z.boolean() })).optional(),
});
export const OwnersPage = z.object({ results: z.array(Owner), paging: Paging });

export const AssociationsPage = z.object({
  results: z.array(
    z.object({
      _from: z.object({ id: Id }),
      to: z.array(
        z.object({
          toObjectId: Id,
          associationTypes: z.array(z.object({ category: z.string(), typeId: z.number() })),
        }),
      ),
    }),
  ),
});

/** `app.hubspot.com`, or `app-eu1.hubspot.com` where the account's data lie in Europe. */
export const AccountDetails = z.object({
  portalId: Id,
  uiDomain: z.string().regex(/^[a-z0-9.-]+$/i),
});

export const TokenDetails = z.object({ scopes: z.array(z.string()) });
