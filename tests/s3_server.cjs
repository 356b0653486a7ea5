// An S3 server that checks signatures and when they end: `node s3_server.cjs FOLDER PORT BUCKET KEY-ID SECRET`. Any page may read it.
"use strict";

const S3rver = require("@20minutes/s3rver");
const { DUMMY_ACCOUNT } = require("@20minutes/s3rver/lib/models/account");

const [directory, port, name, keyId, secret] = process.argv.slice(2);
// A second key, besides its own.
DUMMY_ACCOUNT.createKeyPair(keyId, secret);
const cors = "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>";
const server = new S3rver({ address: "127.0.0.1", port: Number(port), directory, silent: true, configureBuckets: [{ name, configs: [cors] }] });

server.run().then((address) => console.log(address.port));
// It ends with who started it, however that ended.
process.stdin.on("end", () => process.exit(0)).resume();
