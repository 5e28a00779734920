/* The page of test_base_map.py: what to do is in the address, and results are attributes. */
import { addOwnLayer, createBasemap } from "/static/map/basemap.js";

const asked = new URLSearchParams(location.search);
const element = document.querySelector("#map");
const map = createBasemap(element, {
  center: [Number(asked.get("lon") ?? -102), Number(asked.get("lat") ?? 24)],
  zoom: Number(asked.get("zoom") ?? 4.3),
});
map.once("idle", () => (element.dataset.idleMs = performance.now().toFixed(0)));

const own = asked.get("own");
if (own !== null) {
  const added = await addOwnLayer(map, { id: "mine", url: own, attribution: "<b>mine</b>" }).catch(
    (error) => error.message,
  );
  element.dataset.own = Array.isArray(added) ? added.join(" ") : added;
}

if (asked.has("tools")) {
  const maplibre = await import("/static/vendor/maplibre-gl.mjs");
  const { TerraDraw, TerraDrawPolygonMode } = await import("/static/vendor/terra-draw.js");
  const { TerraDrawMapLibreGLAdapter } = await import(
    "/static/vendor/terra-draw-maplibre-gl-adapter.js"
  );
  const { default: uPlot } = await import("/static/vendor/uplot.js");
  const chart = document.querySelector("#chart");
  const size = { width: 300, height: 150 };
  new uPlot({ ...size, series: [{}, { stroke: "blue" }] }, [[1, 2, 3], [3, 1, 2]], chart);
  await new Promise((done) => (map.loaded() ? done() : map.once("load", done)));
  const adapter = new TerraDrawMapLibreGLAdapter({ map, lib: maplibre });
  const draw = new TerraDraw({ adapter, modes: [new TerraDrawPolygonMode()] });
  draw.start();
  draw.setMode("polygon");
  draw.on("finish", () => (element.dataset.drawn = draw.getSnapshot().length));
  element.dataset.tools = "ready";
}
