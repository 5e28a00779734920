// A mandate's page: its area.

import { showArea, told } from "/static/cases/area_page.js";

const element = document.getElementById("mandate-map");
const mandate = await told(`mandates/${encodeURIComponent(element.dataset.mandate)}`);
await showArea(element, mandate.area);
