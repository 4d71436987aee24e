import { type Exchange, type Reply, json } from '../http/exchange';
import { formParameters } from '../http/form';
import type { Route } from '../http/router';
import type { Simulation } from '../simulation';
import { apiHost, placeOf } from './data-centers';
import { DEMO_CLIENT_ID, DEMO_CLIENT_SECRET, type AccessToken, type TokenStore } from './token-store';

const EXPIRES_IN_SECONDS = 3_600;
/** The token endpoint reports most failures with status 200. */
const refusal = (error: string): Reply => json(200, { error });

/** The Accounts server: authorization, token, revocation (OAuth overview, Access and Refresh Tokens). */
export function oauthRoutes(simulation: Simulation): Route[] {
  const open = { scopes: [], credits: 0 } as const;
  return [
    { ...open, operation: 'authorize', method: 'GET', path: '/oauth/v2/auth', handle: (x) => authorize(simulation, x) },
    { ...open, operation: 'token', method: 'POST', path: '/oauth/v2/token', handle: (x) => issue(simulation, x) },
    {
      ...open,
      operation: 'revokeToken',
      method: 'POST',
      path: '/oauth/v2/token/revoke',
      handle: (x) => revoke(simulation.tokens, x),
    },
    {
      ...open,
      operation: 'serverInfo',
      method: 'GET',
      path: '/oauth/serverinfo',
      handle: ({ origin }) => json(200, { result: 'success', locations: { [simulation.options.dataCenter]: origin } }),
    },
  ];
}

/** Consents at once, without a page. */
function authorize({ tokens, options }: Simulation, { query, origin }: Exchange): Reply {
  const redirect = query.get('redirect_uri');
  if (query.get('client_id') !== DEMO_CLIENT_ID) return json(400, { error: 'invalid_client' });
  if (!redirect || !URL.canParse(redirect)) return json(400, { error: 'invalid_redirect_uri' });
  const scopes = (query.get('scope') ?? '').split(/[\s,]+/).filter(Boolean);
  if (scopes.length === 0) return json(400, { error: 'invalid_scope' });
  const target = new URL(redirect);
  target.searchParams.set('code', tokens.grantCode(DEMO_CLIENT_ID, redirect, scopes));
  target.searchParams.set('location', options.dataCenter);
  target.searchParams.set('accounts-server', origin);
  const state = query.get('state');
  if (state !== null) target.searchParams.set('state', state);
  return { status: 302, headers: { Location: target.href } };
}

function issue(simulation: Simulation, exchange: Exchange): Reply {
  const { tokens, switches, options } = simulation;
  const parameters = formParameters(exchange);
  const place = placeOf(exchange.headers.host ?? '', switches);
  if (place && place.dataCenter !== options.dataCenter) return refusal('invalid_code');
  const apiDomain = place ? new URL(exchange.origin).protocol + '//' + apiHost(place.dataCenter) : exchange.origin;
  if (parameters.get('client_id') !== DEMO_CLIENT_ID) return refusal('invalid_client');
  if (parameters.get('client_secret') !== DEMO_CLIENT_SECRET) return refusal('invalid_client_secret');
  switch (parameters.get('grant_type')) {
    case 'authorization_code': {
      const outcome = tokens.redeemCode(parameters.get('code') ?? '', DEMO_CLIENT_ID, parameters.get('redirect_uri'));
      return answer(outcome, apiDomain, true);
    }
    case 'refresh_token':
      return answer(tokens.issue(parameters.get('refresh_token') ?? '', DEMO_CLIENT_ID), apiDomain, false);
    default:
      return refusal('invalid_request');
  }
}

function answer(outcome: AccessToken | string, apiDomain: string, withRefreshToken: boolean): Reply {
  if (outcome === 'throttled') {
    return json(400, {
      error_description: 'You have made too many requests continuously. Please try again after some time.',
      error: 'Access Denied',
      status: 'failure',
    });
  }
  if (typeof outcome === 'string') return refusal(outcome);
  return json(200, {
    access_token: outcome.value,
    ...(withRefreshToken && { refresh_token: outcome.refreshToken }),
    api_domain: apiDomain,
    token_type: 'Bearer',
    expires_in: EXPIRES_IN_SECONDS,
  });
}

function revoke(tokens: TokenStore, exchange: Exchange): Reply {
  const known = tokens.revoke(formParameters(exchange).get('token') ?? '');
  return known ? json(200, { status: 'success' }) : json(400, { error: 'invalid_token' });
}
