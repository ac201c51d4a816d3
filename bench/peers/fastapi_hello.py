"""FastAPI, for uvicorn (HTTP/1.1) and hypercorn (HTTP/2): `uvicorn fastapi_hello:app`."""

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse

app = FastAPI(openapi_url=None)


@app.get("/hello/{name}")
async def hello(name: str):
    return PlainTextResponse(f"Hello, {name}")
