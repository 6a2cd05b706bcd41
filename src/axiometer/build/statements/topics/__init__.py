"""Topics of texts, found without a model and named by one.

find_topics(texts, output, tables, options, search)      barrier: rows get meta["topic"], or none
write_topic_parts(tables, folder); LabelTopics()         `CallStage` Topic -> Topic with a label
"""
