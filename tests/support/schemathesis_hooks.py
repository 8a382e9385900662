"""Half of the requests that schemathesis makes up ask for a model that is there: others would never get further."""

import schemathesis


@schemathesis.hook
def map_body(context, body):
    if isinstance(body, dict) and isinstance(body.get("model"), str) and len(body["model"]) % 2 == 0:
        return {**body, "model": "mail-filter"}
    return body


@schemathesis.hook
def map_headers(context, headers):
    if headers and "x-coppice-version" in headers:
        return {**headers, "x-coppice-version": "1"}  # another is 503: it is not loaded
    return headers


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    if path_parameters and len(str(path_parameters.get("model", ""))) % 2 == 0:
        return {**path_parameters, "model": "mail-filter"}
    return path_parameters
