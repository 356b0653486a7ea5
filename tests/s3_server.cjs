// An S3 server that checks signatures and when they end: `node s3_server.cjs FOLDER PORT BUCKET ORIGIN`.
"use strict";

const S3rver = require("@20minutes/s3rver");

const [directory, port, name, origin] = process.argv.slice(2);
const cors = `<CORSConfiguration><CORSRule><AllowedOrigin>${origin}</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>`;
const server = new S3rver({ address: "127.0.0.1", port: Number(port), directory, silent: true, configureBuckets: [{ name, configs: [cors] }] });

server.run().then((address) => console.log(address.port));
// It ends with who started it, however that ended.
process.stdin.on("end", () => process.exit(0)).resume();
