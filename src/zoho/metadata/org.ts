import { z } from 'zod';
import { decode, flag, optionalNumber, optionalText } from '../http/decode';
import type { CallOptions, ZohoTransport } from '../http/transport';

export interface ZohoOrg {
  id: string;
  /** The organization's number outside CRM, which uploads need. */
  zgid: string | null;
  companyName: string | null;
  /** `production`, `sandbox`, `developer` or `bigin`, in lower case. */
  type: string | null;
  timeZone: string | null;
  /** ISO code of the home currency. */
  currency: string | null;
  multiCurrency: boolean;
  countryCode: string | null;
  hipaaComplianceEnabled: boolean;
  /** Edition and licences decide the daily credits and the concurrency. */
  paid: boolean;
  edition: string | null;
  userLicences: number | null;
}

const license = z.object({ paid: flag, paid_type: optionalText, users_license_purchased: optionalNumber });

const Org = z
  .object({
    id: z.string(),
    zgid: optionalText,
    company_name: optionalText,
    type: optionalText,
    time_zone: optionalText,
    iso_code: optionalText,
    mc_status: flag,
    country_code: optionalText,
    hipaa_compliance_enabled: flag,
    license_details: license.nullable().catch(null),
  })
  .transform((org): ZohoOrg => ({
    id: org.id,
    zgid: org.zgid,
    companyName: org.company_name,
    type: org.type?.toLowerCase() ?? null,
    timeZone: org.time_zone,
    currency: org.iso_code,
    multiCurrency: org.mc_status,
    countryCode: org.country_code,
    hipaaComplianceEnabled: org.hipaa_compliance_enabled,
    paid: org.license_details?.paid ?? false,
    edition: org.license_details?.paid_type ?? null,
    userLicences: org.license_details?.users_license_purchased ?? null,
  }));

const Orgs = z.object({ org: z.tuple([Org], z.unknown()) });

/** The organization the token belongs to (Zoho's documentation: Organization). */
export async function getOrg(transport: ZohoTransport, options?: CallOptions): Promise<ZohoOrg> {
  const request = { operation: 'get_org', path: '/crm/v8/org' } as const;
  return transport.json(request, options, (value, { status }) => decode(Orgs, value, request, status).org[0]);
}
