"""The client of the Model Context Protocol for Python, unmodified: over HTTP with a key, or over standard input."""

import asyncio
import json
import os
import sys

import httpx2 as httpx
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from checks import PROMPT, REFUSED, labelled, picture


async def use(client):
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(tools) == {"generate", "edit", "understand", "search", "verify"}, tools
    assert tools["generate"].input_schema["required"] == ["prompt"]

    made = await client.call_tool("generate", {"prompt": PROMPT, "count": 2, "size": "128", "seed": 7, "steps": 2})
    assert not made.is_error, made
    images = [block for block in made.content if block.type == "image"]
    assert len(images) == 2
    for image in images:
        picture(image.data, (128, 128))
        assert labelled(image.data) and image.mime_type == "image/png"
    told = made.structured_content["pictures"]
    assert [one["about"]["order"]["seed"] for one in told] == [7, 8], told
    assert json.loads(made.content[-1].text) == made.structured_content

    found = await client.call_tool("search", {"text": "灯笼"})
    assert {one["id"] for one in found.structured_content["pictures"]} == {one["id"] for one in told}, found
    found = await client.call_tool("search", {"meaning": "lantern", "limit": 1})
    assert len(found.structured_content["pictures"]) == 1

    for asked in [{"picture": told[0]["id"]}, {"data": images[0].data, "name": "a.png"}]:
        report = (await client.call_tool("verify", asked)).structured_content
        assert report["verdict"] == "is", report
    edited = await client.call_tool("edit", {"prompt": "一只猫", "picture": told[0]["id"], "strength": 0.5})
    assert not edited.is_error and edited.structured_content["pictures"][0]["parent"] == told[0]["id"], edited
    picture(edited.content[0].data, (128, 128))
    read = (await client.call_tool("understand", {"prompt": "两只柯基"})).structured_content
    assert read["subjects"][0]["copies"] == 2 and read["notes"], read

    for wrong in [{"prompt": REFUSED}, {"prompt": ""}, {"prompt": PROMPT, "count": 5}, {"promt": PROMPT}]:
        answer = await client.call_tool("generate", wrong)
        assert answer.is_error and answer.content[0].text, answer


async def main():
    how, *rest = sys.argv[1:]
    if how == "stdio":
        async with Client(StdioServerParameters(command=rest[0], args=rest[1:], env=dict(os.environ))) as client:
            await use(client)
        return
    url, key = rest
    for mode in ["auto", "legacy"]:
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=100) as http:
            transport = streamable_http_client(f"{url}/mcp", http_client=http)
            async with Client(transport, mode=mode) as client:
                if mode == "auto":
                    await use(client)
                else:
                    assert len((await client.list_tools()).tools) == 5
    async with httpx.AsyncClient() as http:
        answer = await http.post(f"{url}/mcp", json={}, headers={"Authorization": "Bearer dq_nobody"})
        assert answer.status_code == 401, answer


asyncio.run(main())
print("mcp")
