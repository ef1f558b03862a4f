import { createVitePlugin } from "unplugin";
import { glacier } from "../bundler.js";

export default createVitePlugin(glacier);
