# boto3 as a peer: puts and gets objects as its users do, and says how long each round took.
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config

place = json.loads(sys.argv[1])
client = boto3.client(
    "s3",
    endpoint_url=place["endpoint"],
    aws_access_key_id=place["accessKey"],
    aws_secret_access_key=place["secretKey"],
    region_name="us-east-1",
    config=Config(s3={"addressing_style": "path"}, max_pool_connections=16),
)
bucket = place["bucket"]
bodies = {}


def body_of(size):
    if size not in bodies:
        bodies.clear()
        bodies[size] = bytes(bytearray(range(256)) * (size // 256 + 1))[:size]
    return bodies[size]


def put(key, size):
    client.put_object(Bucket=bucket, Key=key, Body=body_of(size))


def get(key, size):
    assert len(client.get_object(Bucket=bucket, Key=key)["Body"].read()) == size


for line in sys.stdin:
    request = json.loads(line)
    action = put if request["operation"] == "put" else get
    size, keys, in_flight = request["sizeBytes"], request["keys"], request["inFlight"]
    body_of(size)
    start, busy = time.perf_counter(), time.process_time()
    if in_flight == 1:
        for key in keys:
            action(key, size)
    else:
        with ThreadPoolExecutor(in_flight) as pool:
            list(pool.map(lambda key: action(key, size), keys))
    spent = {"seconds": time.perf_counter() - start, "processorSeconds": time.process_time() - busy}
    print(json.dumps(spent), flush=True)
