#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *move(PyObject *self, PyObject *arguments)
{
    double place, speed, years;
    if (!PyArg_ParseTuple(arguments, "ddd", &place, &speed, &years))
        return NULL;
    return PyFloat_FromDouble(place + speed * years);
}

static PyMethodDef methods[] = {{"move", move, METH_VARARGS, "A place after some years."}, {NULL, NULL, 0, NULL}};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_proper", NULL, -1, methods};

PyMODINIT_FUNC PyInit__proper(void)
{
    return PyModule_Create(&module);
}
