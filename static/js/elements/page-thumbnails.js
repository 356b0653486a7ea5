/** The page's one maker of thumbnails. */

import { HostAbilities } from "../hosts/abilities.js";
import { HostTrial } from "../viewer/sources/host-trial.js";
import { SourceFiles } from "../thumbnails/source-files.js";
import { ThumbnailMaker } from "../thumbnails/thumbnail-maker.js";
import { Thumbnails } from "../thumbnails/thumbnails.js";
import { pagePictures } from "./page-pictures.js";

/** @type {Thumbnails | null} */
let made = null;

/** Made when first asked for, and as long as the page lives. */
export function pageThumbnails() {
  return (made ??= make());
}

function make() {
  const abilities = new HostAbilities();
  const hosts = new HostTrial(fetch, abilities);
  return new Thumbnails({ abilities, hosts, files: new SourceFiles(hosts), maker: new ThumbnailMaker(), store: pagePictures() });
}
