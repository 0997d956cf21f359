"""Settings: what concerns a project stands with the project, what concerns a person in a file of that person.

registry   every setting, once: parsing, the JSON Schema and the README's table are made from it
reading    typed values out of a table, each refusal with its line
user       that file
schema     both places as JSON Schema
"""
