"""Flask, for gunicorn: `gunicorn flask_hello:app`."""

from flask import Flask, Response

app = Flask(__name__)


@app.get("/hello/<name>")
def hello(name):
    return Response(f"Hello, {name}", mimetype="text/plain")
