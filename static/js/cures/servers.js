/** The servers and storages that cures are written for, in the order in which they are offered for a host. */

import { apache } from "./apache.js";
import { azure } from "./azure.js";
import { caddy } from "./caddy.js";
import { gcs } from "./gcs.js";
import { minio } from "./minio.js";
import { nginx } from "./nginx.js";
import { placeOf } from "./places.js";
import { s3 } from "./s3.js";

/** @typedef {import("./rule.js").Case} Case */
/** @typedef {import("./rule.js").Server} Server */
/** @typedef {import("./rule.js").Step} Step */

/** @type {Record<"s3" | "gcs" | "azure", Server>} */
const PLACES = { s3, gcs, azure };
const ALL = [nginx, apache, caddy, s3, minio, gcs, azure];

/**
 * How each server is mended, the one that the host's name gives away first.
 * @param {Case} about
 * @param {(server: Server) => Step[] | null} cure null where it is not for that server
 * @returns {{name: string, steps: Step[]}[]}
 */
export function ways(about, cure) {
  const place = placeOf(about);
  const likely = place && PLACES[place];
  const order = likely ? [likely, ...ALL.filter((server) => server !== likely)] : ALL;
  return order.flatMap((server) => {
    const steps = cure(server);
    return steps ? [{ name: server.name, steps }] : [];
  });
}
