"""Mirrors a module by dlt's generic REST source, as its documentation shows it: pages of records, merged by id.

Reads its settings as JSON from the command line, and prints what it did as JSON.
"""

import json
import resource
import sys

import dlt
from dlt.sources.rest_api import rest_api_source


def main(settings):
    module = settings["module"]
    resource_of_module = {
        "name": settings["table"],
        "primary_key": "id",
        "write_disposition": "merge",
        "endpoint": {
            "path": module,
            "params": {"fields": ",".join(settings["fields"]), "per_page": 200},
            "data_selector": "data",
            "paginator": {
                "type": "cursor",
                "cursor_path": "info.next_page_token",
                "cursor_param": "page_token",
            },
        },
    }
    source = rest_api_source(
        {
            "client": {
                "base_url": settings["zohoUrl"] + "/crm/v8/",
                "headers": {"Authorization": "Zoho-oauthtoken " + settings["token"]},
            },
            "resources": [resource_of_module],
        }
    )
    pipeline = dlt.pipeline(
        pipeline_name="bench",
        pipelines_dir=settings["folder"],
        destination=dlt.destinations.postgres(settings["databaseUrl"]),
        dataset_name=settings["schema"],
    )
    pipeline.run(source)
    counts = pipeline.last_trace.last_normalize_info.row_counts
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({"rows": counts[settings["table"]], "peakRssMb": -(-peak // 1024)}))


main(json.loads(sys.argv[1]))
